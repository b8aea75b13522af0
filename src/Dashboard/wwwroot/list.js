import { $, el, get, setText } from './dom.js';
import { ago, number, whole, words } from './text.js';
import { listen } from './live.js';
import { sketch } from './sketch.js';
import { enter, withTicket } from './access.js';

const runs = new Map();      // name → summary
const rows = new Map();      // name → the row's element
const chosen = new Set();    // names to compare
let stop = () => {};

const orders = {
  updated: (a, b) => b.updated.localeCompare(a.updated),
  started: (a, b) => b.started.localeCompare(a.started),
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
};

function row(run) {
  const share = run.steps > 0 ? Math.min(1, run.step / run.steps) : 0;
  const figures = run.figures.slice(0, 4);
  const hidden = run.figures.length - figures.length;
  return el('li', { class: 'run', 'data-name': run.name },
    el('label', { class: 'pick' }, checkbox(run.name)),
    run.sample === null
      ? el('span', { class: 'thumb none' })
      : el('img', { class: 'thumb', src: withTicket(`/api/runs/${run.name}/samples/${run.sample}`), alt: '', loading: 'lazy', width: 64, height: 64 }),
    el('div', { class: 'who' },
      el('a', { class: 'name', href: `/runs/${run.name}` }, run.name),
      el('div', { class: 'tags' }, el('span', { class: `state ${run.state}` }, run.state), run.kind ? el('span', { class: 'chip' }, run.kind) : null),
      run.problem ? el('p', { class: 'problem', title: run.problem }, run.problem) : null),
    el('div', { class: 'trend' }, sketch(run.sketch, words(run.metric)), el('span', { class: 'quiet' }, words(run.metric))),
    el('dl', { class: 'last' }, ...figures.map(each => el('div', {}, el('dt', { title: each.name }, words(each.name)), el('dd', {}, number(each.value)))),
      hidden > 0 ? el('div', {}, el('dt', {}, `and ${hidden} more`)) : null),
    el('div', { class: 'far' },
      el('span', {}, run.steps > 0 ? `${whole(run.step)} of ${whole(run.steps)}` : whole(run.step)),
      el('progress', { max: 1, value: share, 'aria-label': `Steps completed by ${run.name}` }),
      el('span', { class: 'quiet' }, el('time', { datetime: run.updated }, ago(run.updated)), run.state === 'running' && run.stepsPerSecond > 0 ? ` · ${number(run.stepsPerSecond)} steps/s` : '')));
}

function checkbox(name) {
  const box = el('input', { type: 'checkbox', 'aria-label': `Compare ${name}`, onchange: () => {
    if (box.checked) chosen.add(name); else chosen.delete(name);
    $('compare').disabled = chosen.size < 2;
    setText($('compare'), chosen.size < 2 ? 'Compare' : `Compare ${chosen.size}`);
  } });
  box.checked = chosen.has(name);
  return box;
}

/** Puts rows where they belong; those that have not changed stay as they are, with their focus. */
function arrange() {
  const wanted = $('filter').value.trim().toLowerCase().split(/\s+/);
  const shown = [...runs.values()]
    .filter(run => wanted.every(word => `${run.name} ${run.kind} ${run.state}`.toLowerCase().includes(word)))
    .sort(orders[$('order').value]);
  const list = $('runs');
  let at = list.firstElementChild;
  for (const run of shown) {
    const element = rows.get(run.name);
    if (element === at) at = at.nextElementSibling;
    else list.insertBefore(element, at);
  }
  while (at) { const next = at.nextElementSibling; at.remove(); at = next; }
  setText($('count'), shown.length === runs.size ? `${runs.size}` : `${shown.length} of ${runs.size}`);
  $('empty').hidden = runs.size > 0;
}

function take(run) {
  const old = rows.get(run.name);
  const focus = old?.contains(document.activeElement) ? document.activeElement.tagName : null;
  const element = row(run);
  const picture = old?.querySelector('img.thumb');
  if (picture && picture.getAttribute('src') === element.querySelector('img.thumb')?.getAttribute('src')) {
    element.querySelector('img.thumb').replaceWith(picture);
  }
  runs.set(run.name, run);
  rows.set(run.name, element);
  if (old?.isConnected) old.replaceWith(element);
  if (focus) element.querySelector(focus.toLowerCase())?.focus({ preventScroll: true });
}

function offerMetrics() {
  const names = new Set([...runs.values()].flatMap(run => run.figures.map(each => each.name)));
  const select = $('metric'), chosenMetric = select.value;
  select.replaceChildren(el('option', { value: '' }, 'first figure'), ...[...names].map(name => el('option', { value: name }, words(name))));
  select.value = names.has(chosenMetric) ? chosenMetric : '';
}

async function load() {
  const metric = $('metric').value;
  const query = metric ? `?metric=${encodeURIComponent(metric)}` : '';
  const refresh = async () => {
    const answer = await get(`/api/runs${query}`);
    setText($('folder'), answer.folder);
    runs.clear();
    for (const run of answer.runs) take(run);
    offerMetrics();
    arrange();
  };
  await refresh();
  stop();
  stop = listen(`/api/live${query}`, {
    run: run => { take(run); arrange(); },
    gone: ({ name }) => { runs.delete(name); rows.delete(name); chosen.delete(name); arrange(); },
  }, again => { if (again) refresh(); });
}

$('filter').addEventListener('input', arrange);
$('order').addEventListener('change', arrange);
$('metric').addEventListener('change', load);
$('compare').addEventListener('click', () => {
  const [first, ...others] = [...runs.keys()].filter(name => chosen.has(name));
  location.href = `/runs/${first}?with=${others.join(',')}`;
});
addEventListener('keydown', event => {
  if (event.key === '/' && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); $('filter').focus(); }
});
setInterval(() => { for (const time of document.querySelectorAll('time[datetime]')) setText(time, ago(time.dateTime)); }, 5000);
await enter();
load();
