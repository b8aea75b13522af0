import { $, el, get, setText, sharpen, throttled } from './dom.js';
import { ago, bytes, duration, moment, number, whole, words } from './text.js';
import { listen } from './live.js';
import { Chart } from './chart.js';
import { Viewer } from './pictures.js';
import { enter, request, withTicket } from './access.js';
import { offer } from './actions.js';
import { showMap } from './map.js';
import { showStep } from './timeline.js';

const name = decodeURIComponent(location.pathname.split('/').at(-1));
const address = `/api/runs/${encodeURIComponent(name)}`;
const seldom = 3;            // figures with fewer points are a table, not a chart
const charts = new Map();    // key → Chart
const visible = new Set();   // charts on the screen, or near it
const page = {
  others: (new URLSearchParams(location.search).get('with') ?? '').split(',').filter(Boolean),
  range: null,
  events: [],
  /** Events worth a line in the charts: findings, losses and failures. */
  marks: () => page.events.filter(each => each.kind === 'recovering' || each.kind === 'failed' || !stations.includes(each.kind)).slice(-200),
  runs: () => [name, ...page.others],
  log: () => $('log').checked,
  zoom: () => page.range,
  setZoom(zoom) {
    page.range = zoom && zoom[1] - zoom[0] >= 1 ? zoom : null;
    $('zoom-all').disabled = page.range === null;
    draw();
  },
  step(key) {
    const [from, to] = page.range ?? [0, last.step || 1], width = to - from, middle = (from + to) / 2;
    const moves = {
      '+': [middle - width / 4, middle + width / 4], '=': [middle - width / 4, middle + width / 4],
      '-': [middle - width, middle + width], '<': [from - width / 2, to - width / 2], '>': [from + width / 2, to + width / 2], 0: null,
    };
    if (!(key in moves)) return false;
    const move = moves[key];
    if (move === null || (move[0] <= 0 && move[1] >= last.step)) page.setZoom(null);
    else page.setZoom(move[0] < 0 ? [0, move[1] - move[0]] : move[1] > last.step ? [Math.max(0, last.step - (move[1] - move[0])), last.step] : move);
    return true;
  },
};
let last = { step: 0 };
let viewer = null;
let asking = null;
/** Stations of a run's life; events of other kinds are what the rules on the signals have found. */
const stations = ['started', 'resumed', 'checkpoint', 'paused', 'recovering', 'recovered', 'queued', 'finished', 'failed', 'cancelled', 'warning'];
const findings = new Map();
let hasCheckpoint = false;
let all = [];                // the run's figures, with their counts

// ---- charts

const seen = new IntersectionObserver(entries => {
  for (const entry of entries) {
    const chart = charts.get(entry.target.dataset.metric);
    if (entry.isIntersecting) visible.add(chart); else visible.delete(chart);
  }
  draw();
}, { rootMargin: '400px' });

const sized = new ResizeObserver(() => { for (const chart of charts.values()) chart.resize(); });

/** Asks for the curves of the charts on the screen and shows them. */
const draw = throttled(250, async () => {
  const shown = [...visible].filter(chart => !chart.root.hidden);
  if (shown.length === 0) return;
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams();
  for (const run of page.runs()) query.append('run', run);
  for (const chart of shown) query.append('metric', chart.metric);
  if (page.range) { query.set('from', Math.floor(page.range[0])); query.set('to', Math.ceil(page.range[1])); }
  query.set('buckets', Math.max(...shown.map(chart => chart.buckets)));
  if (smoothing() > 0) query.set('smooth', smoothing().toFixed(4));
  try {
    const curves = await get(`/api/curves?${query}`, asking.signal);
    for (const chart of shown) chart.show(curves.filter(each => each.metric === chart.metric));
  } catch (problem) {
    if (problem.status === 404 && page.others.length > 0) choose([]);
    else if (problem.name !== 'AbortError' && !(problem instanceof TypeError)) throw problem;
  }
});

/** The slider is finer near 1, where it matters. */
const smoothing = () => 1 - (1 - Number($('smooth').value)) ** 2;

function takeMetrics(metrics) {
  all = metrics;
  for (const metric of metrics.filter(each => each.count >= seldom && !charts.has(each.name))) {
    const chart = new Chart(metric.name, page);
    charts.set(metric.name, chart);
    $('charts').append(chart.root);
    seen.observe(chart.root);
  }
  for (const [key, chart] of charts) {
    if (metrics.some(each => each.name === key && each.count >= seldom)) continue;
    seen.unobserve(chart.root);
    visible.delete(chart);
    chart.root.remove();
    charts.delete(key);
  }
  $('no-charts').hidden = charts.size > 0;
  find();
  takeMeasured(metrics.filter(each => each.count < seldom));
}

/** Whether what a part of the page shows is other than before: parts that stay the same keep their focus and what is open. */
const shown = new Map();
function differs(part, data) {
  const now = JSON.stringify(data);
  if (shown.get(part) === now) return false;
  shown.set(part, now);
  return true;
}

async function takeMeasured(metrics) {
  $('measured').hidden = metrics.length === 0;
  if (metrics.length === 0 || !differs('measured', [metrics, page.others])) return;
  const names = metrics.map(each => each.name);
  const query = new URLSearchParams([...page.runs().map(run => ['run', run]), ...names.map(each => ['metric', each])]);
  const curves = await get(`/api/curves?${query}`);
  $('measured-rows').replaceChildren(...curves.flatMap(each => each.curve.steps.map((step, at) => el('tr', {},
    el('td', { title: each.metric }, page.others.length > 0 ? `${words(each.metric)} (${each.run})` : words(each.metric)),
    el('td', { class: 'number' }, whole(step)), el('td', { class: 'number' }, number(each.curve.values[at]))))));
}

function find() {
  const wanted = $('filter').value.trim().toLowerCase();
  for (const chart of charts.values()) chart.root.hidden = !(chart.metric + ' ' + words(chart.metric)).toLowerCase().includes(wanted);
  draw();
}

// ---- the rest of the page

function takeRun(run) {
  last = run;
  offer(address, run, hasCheckpoint);
  document.title = `${run.state === 'running' && run.steps > 0 ? `${Math.floor(run.step / run.steps * 100)}% ` : ''}${run.name} · ${run.state}`;
  setText($('name'), run.name);
  setText($('state'), run.state);
  $('state').className = `state ${run.state}`;
  setText($('kind'), run.kind);
  $('kind').hidden = !run.kind;
  $('problem').hidden = !run.problem;
  setText($('problem'), run.problem ?? '');
  $('progress').value = run.steps > 0 ? Math.min(1, run.step / run.steps) : 0;
  const facts = [['Step', run.steps > 0 ? `${whole(run.step)} of ${whole(run.steps)}` : whole(run.step)]];
  if (run.stepsPerSecond > 0) facts.push([run.state === 'running' ? 'Steps per second' : 'Last steps per second', number(run.stepsPerSecond)]);
  if (run.state === 'running' && run.stepsPerSecond > 0 && run.steps > run.step) facts.push(['Time left', duration((run.steps - run.step) / run.stepsPerSecond)]);
  facts.push(['Started', moment(run.started)], ['Last written', ago(run.updated)]);
  if (run.attempts > 1) facts.push(['Attempts', whole(run.attempts)]);
  $('facts').replaceChildren(...facts.map(([key, value]) => el('div', {}, el('dt', {}, key), el('dd', {}, value))));
}

function takeSamples(steps) {
  $('samples').hidden = steps.length === 0;
  document.querySelector('[data-for=samples]').hidden = steps.length === 0;
  if (!viewer) { viewer = new Viewer(step => withTicket(`${address}/samples/${step}`)); $('viewer').append(viewer.root); }
  viewer.take(steps);
}

function takeEvaluations(pictures) {
  if (!differs('evaluations', pictures)) return;
  $('evaluations').hidden = pictures.length === 0;
  $('evaluation-pictures').replaceChildren(...pictures.toReversed().map(each => {
    const source = withTicket(`${address}/evaluation/${each.step}/${encodeURIComponent(each.name)}`);
    return el('figure', {}, el('a', { href: source }, el('img', { src: source, alt: `${words(each.name)} at step ${each.step}`, loading: 'lazy', onload: sharpen })),
      el('figcaption', { class: 'quiet' }, `${words(each.name)}, step ${whole(each.step)}`));
  }));
}

const eventRow = each => el('li', { class: stations.includes(each.kind) ? each.kind : 'finding' },
  el('span', { class: 'kind' }, each.kind), el('span', { class: 'quiet' }, ` step ${whole(each.step)} · `, el('time', { title: moment(each.time), datetime: each.time }, ago(each.time))),
  el('p', {}, each.text));

function takeMap(map) {
  const silos = map.silos.filter(silo => silo.actors.length > 0 || silo.state !== 'active');
  $('work').hidden = document.querySelector('[data-for=work]').hidden = silos.length === 0;
  const said = showMap($('silos'), { ...map, silos }, false);
  setText($('lost-silos'), said);
  $('lost-silos').hidden = said === '';
}

/** The newest finding of each kind stands above the charts. */
function takeFinding(event) {
  if (stations.includes(event.kind)) return;
  const kind = event.kind === 'diagnosis' ? event.text : event.kind;
  findings.delete(kind);
  findings.set(kind, event);
  $('findings').hidden = false;
  $('finding-list').replaceChildren(...[...findings.values()].toReversed().slice(0, 5).map(each => el('li', {},
    el('b', {}, each.kind === 'diagnosis' ? '' : words(each.kind).replaceAll('-', ' ')), ' ', each.text, ' ',
    el('span', { class: 'quiet' }, `step ${whole(each.step)} · `, el('time', { datetime: each.time }, ago(each.time))))));
}

function takeEvent(event) {
  $('event-list').prepend(eventRow(event));
  takeFinding(event);
  page.events.push(event);
  for (const chart of charts.values()) chart.repaint();
}

function takeCheckpoints(checkpoints) {
  if (hasCheckpoint !== checkpoints.length > 0) { hasCheckpoint = checkpoints.length > 0; offer(address, last, hasCheckpoint); }
  if (!differs('checkpoints', checkpoints)) return;
  $('no-checkpoints').hidden = checkpoints.length > 0;
  $('checkpoint-rows').replaceChildren(...checkpoints.toReversed().map(each => el('tr', {},
    el('td', {}, each.name),
    el('td', { class: 'number' }, bytes(each.bytes)),
    el('td', {}, el('details', {}, el('summary', {}, `${each.files.length} files`),
      ...each.files.map(file => el('div', { class: 'file' }, file.name, ' ', el('span', { class: 'quiet' }, bytes(file.bytes)), el('code', {}, file.sha256))))),
    el('td', {}, checkButton(each.name)))));
}

function checkButton(checkpoint) {
  const button = el('button', { type: 'button', 'aria-label': `Check the sums of ${checkpoint}`, onclick: async () => {
    button.disabled = true;
    setText(button, 'Checking …');
    const { problem } = await get(`${address}/checkpoints/${checkpoint}/check`);
    button.replaceWith(el('span', { class: problem ? 'verdict bad' : 'verdict good', role: 'status' }, problem ?? '✓ agrees with its sums'));
  } }, 'Check');
  return button;
}

/** Colours keys, values and comments; the text stays what it is. */
function yaml(text) {
  return text.trimEnd().split('\n').flatMap(line => {
    const [, indent, key, rest] = line.match(/^(\s*(?:- )?)([\w.-]+:)?(.*)$/);
    const comment = rest.search(/(^|\s)#/);
    return [indent, key ? el('span', { class: 'key' }, key) : '', comment < 0 ? rest : rest.slice(0, comment),
      comment < 0 ? '' : el('span', { class: 'comment' }, rest.slice(comment)), '\n'];
  });
}

async function load() {
  let detail;
  try {
    detail = await get(address);
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    // A run that is just being started is not there yet.
    $('run').hidden = true;
    $('missing').hidden = false;
    setTimeout(async () => { if ((await request(address).catch(() => null))?.ok) location.reload(); else load(); }, 2000);
    return false;
  }
  takeRun(detail.run);
  takeMetrics(detail.metrics);
  takeSamples(detail.samples);
  takeEvaluations(detail.evaluations);
  takeCheckpoints(detail.checkpoints);
  $('event-list').replaceChildren(...detail.events.toReversed().map(eventRow));
  findings.clear();
  detail.events.forEach(takeFinding);
  page.events = detail.events;
  if (differs('experiment', detail.experiment)) $('yaml').replaceChildren(...yaml(detail.experiment));
  setText($('where'), `${detail.folder} · ${whole(detail.rows)} rows of figures${detail.damaged > 0 ? `, ${whole(detail.damaged)} damaged lines passed over` : ''}`);
  return true;
}

// ---- comparing

function choose(others) {
  page.others = others;
  const query = others.length > 0 ? `?with=${others.join(',')}` : '';
  history.replaceState(null, '', location.pathname + query + location.hash);
  setText($('compared'), others.length > 0 ? ` ${others.length}` : '');
  takeMetrics(all);
}

async function offerOthers() {
  const { runs } = await get('/api/runs');
  const names = runs.map(each => each.name).filter(each => each !== name).sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
  $('others').replaceChildren(...names.map(each => {
    const box = el('input', { type: 'checkbox', onchange: () => choose(box.checked ? [...page.others, each] : page.others.filter(other => other !== each)) });
    box.checked = page.others.includes(each);
    return el('li', {}, el('label', {}, box, ` ${each}`));
  }));
  if (names.length === 0) $('others').replaceChildren(el('li', { class: 'quiet' }, 'No other runs'));
}

// ---- start

$('smooth').addEventListener('input', () => { setText($('smooth-value'), smoothing() > 0 ? smoothing().toFixed(3) : 'off'); draw(); });
$('log').addEventListener('change', () => draw());
$('filter').addEventListener('input', find);
for (const [id, key] of [['zoom-in', '+'], ['zoom-out', '-'], ['zoom-left', '<'], ['zoom-right', '>'], ['zoom-all', '0']]) $(id).addEventListener('click', () => page.step(key));
$('compare').addEventListener('toggle', () => { if ($('compare').open) offerOthers(); });
document.addEventListener('click', event => { if (!$('compare').contains(event.target)) $('compare').open = false; });
$('compare').addEventListener('keydown', event => { if (event.key === 'Escape') { $('compare').open = false; $('compare').querySelector('summary').focus(); } });
addEventListener('themechange', () => { for (const chart of charts.values()) chart.repaint(); });
sized.observe($('charts'));
setText($('compared'), page.others.length > 0 ? ` ${page.others.length}` : '');
setInterval(() => { takeRun(last); for (const time of document.querySelectorAll('time[datetime]')) setText(time, ago(time.dateTime)); }, 5000);

await enter();
$('csv').href = withTicket(`${address}/metrics.csv`);
$('report').href = withTicket(`${address}/report.html`);
if (await load()) {
  listen(`${address}/live`, {
    run: takeRun,
    rows: ({ metrics }) => takeMetrics(metrics),
    event: takeEvent,
    map: takeMap,
    timeline: showStep,
    samples: takeSamples,
    evaluations: takeEvaluations,
    checkpoints: takeCheckpoints,
  }, again => { if (again) load(); });
}
