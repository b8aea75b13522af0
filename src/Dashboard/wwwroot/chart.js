import uPlot from './vendor/uplot/uPlot.esm.js';
import { el, setText } from './dom.js';
import { number, words } from './text.js';

const height = 200;
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colour of a run among those compared; the custom properties follow dark and light. */
export const colour = index => css(`--series-${index % 8 + 1}`);

/**
 * One figure of one or several runs along the steps.
 * Zooming, smoothing and the scale belong to the page: a chart asks for them and shows what it is given.
 */
export class Chart {
  #plot = null;
  #shape = '';
  #curves = [];
  #readout;
  #legend;
  #canvas;
  #note;

  /**
   * @param {string} metric the figure's key
   * @param {{runs: () => string[], log: () => boolean, marks: () => { kind: string, step: number }[], zoom: () => [number, number] | null, setZoom: (zoom: [number, number] | null) => void, step: (key: string) => boolean}} page
   */
  constructor(metric, page) {
    this.metric = metric;
    this.page = page;
    this.#readout = el('span', { class: 'readout' });
    this.#legend = el('div', { class: 'legend' });
    this.#note = el('p', { class: 'note', hidden: true });
    this.#canvas = el('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'chart',
      'aria-label': words(metric), onkeydown: event => this.#key(event) });
    this.root = el('figure', { class: 'chart panel', 'data-metric': metric },
      el('figcaption', {}, el('b', { title: metric }, words(metric)), this.#readout), this.#canvas, this.#note, this.#legend);
  }

  /** How many points across are worth asking for. */
  get buckets() { return Math.max(60, Math.min(1000, Math.round(this.#canvas.clientWidth / 2))) || 200; }

  /** Shows curves: one for each run that has the figure. */
  show(curves) {
    this.#curves = curves;
    const smooth = curves.some(each => each.smooth);
    const shape = JSON.stringify([curves.map(each => each.run), smooth, this.page.log()]);
    const tables = [];
    for (const each of curves) {
      tables.push([each.curve.steps, each.curve.values]);
      if (smooth) tables.push(each.smooth ? [each.smooth.steps, each.smooth.values] : [[], []]);
    }
    const data = tables.length === 0 ? [[]] : uPlot.join(tables);
    if (this.page.log()) for (let at = 1; at < data.length; at++) data[at] = data[at].map(value => value > 0 ? value : null);
    const nothing = !data.slice(1).some(values => values.some(value => value !== null && value !== undefined));
    this.#note.hidden = !nothing;
    setText(this.#note, this.page.log() ? 'No values above 0 for a log scale' : 'No values here');
    if (shape !== this.#shape || !this.#plot) {
      this.#shape = shape;
      this.#build(smooth, data);
    } else {
      this.#plot.setData(data);
    }
    this.#tell(null);
    this.#describe();
  }

  resize() { this.#plot?.setSize({ width: this.#canvas.clientWidth, height }); }

  repaint() { this.#plot?.redraw(false); this.#tell(null); }

  #build(smooth, data) {
    this.#plot?.destroy();
    const runs = this.page.runs();
    const series = [{}];
    for (const each of this.#curves) {
      const index = runs.indexOf(each.run);
      if (smooth) series.push({ stroke: () => colour(index), alpha: 0.25, width: 1, spanGaps: true, points: { show: false } });
      series.push({ stroke: () => colour(index), width: 1.75, spanGaps: true, points: { show: each.curve.steps.length < 30 } });
    }
    if (smooth) for (let at = 1; at < series.length; at += 2) series[at].points = { show: false };
    const axis = { stroke: () => css('--quiet'), grid: { stroke: () => css('--edge'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    this.#plot = new uPlot({
      width: this.#canvas.clientWidth || 300,
      height,
      series,
      legend: { show: false },
      padding: [10, 20, 0, 0],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        sync: { key: 'steps', setSeries: false, scales: ['x', null] },
        focus: { prox: -1 },
        points: { size: 7 },
        bind: { dblclick: () => () => { this.page.setZoom(null); return null; } },
      },
      scales: {
        x: { time: false, range: (_, low, high) => this.page.zoom() ?? (low === null ? [0, 1] : low === high ? [low - 1, high + 1] : [low, high]) },
        y: this.page.log() ? { distr: 3 } : { range: (_, low, high) => pad(low, high) },
      },
      axes: [
        { ...axis, size: 28, values: (_, ticks) => ticks.map(tick => Number.isInteger(tick) ? number(tick) : '') },
        { ...axis, size: 54, values: (_, ticks) => ticks.map(tick => tick === null ? '' : number(tick)) },
      ],
      hooks: {
        setSelect: [plot => {
          if (plot.select.width < 6) return;
          const from = plot.posToVal(plot.select.left, 'x'), to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          this.page.setZoom([from, to]);
        }],
        setCursor: [plot => this.#tell(plot.cursor.idx)],
        drawAxes: [plot => this.#mark(plot)],
      },
    }, data, this.#canvas);
  }

  /** A line where something happened to the run. */
  #mark(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    for (const { kind, step } of this.page.marks()) {
      const x = Math.round(plot.valToPos(step, 'x', true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = css(kind === 'failed' ? '--bad' : '--warn');
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** The values at the cursor, or the last ones. */
  #tell(index) {
    const plot = this.#plot;
    if (!plot) return;
    const runs = this.page.runs();
    const smooth = this.#curves.some(each => each.smooth);
    const at = index ?? null;
    const parts = this.#curves.map((each, order) => {
      const values = plot.data[smooth ? order * 2 + 2 : order + 1] ?? [];
      return { run: each.run, value: at === null ? values.findLast(value => value !== null && value !== undefined) : near(values, at) };
    });
    const step = at === null ? '' : `step ${number(Math.round(plot.data[0][at]))}`;
    setText(this.#readout, parts.length === 1 ? [step, number(parts[0].value)].filter(Boolean).join(' · ') : step);
    if (runs.length < 2) { this.#legend.replaceChildren(); return; }
    this.#legend.replaceChildren(...parts.map(part => {
      const dot = el('i', { class: `dot series-${runs.indexOf(part.run) % 8 + 1}` });
      return el('span', {}, dot, `${part.run} `, el('b', {}, number(part.value)));
    }));
  }

  #describe() {
    const text = this.#curves.map(({ run, curve }) => curve.values.length === 0 ? '' :
      `${run}: last ${number(curve.values.at(-1))}, lowest ${number(Math.min(...curve.values))}, highest ${number(Math.max(...curve.values))}`);
    this.#canvas.setAttribute('aria-label', `${words(this.metric)}. ${text.join('. ')}. Arrow keys read values, plus and minus zoom, 0 shows all steps.`);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plot = this.#plot;
    if (plot && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      const [from, to] = plot.series[0].idxs ?? [0, plot.data[0].length - 1];
      const pace = event.shiftKey ? 10 : 1;
      const index = Math.max(from, Math.min(to, (plot.cursor.idx ?? to) + (event.key === 'ArrowLeft' ? -pace : pace)));
      plot.setCursor({ left: plot.valToPos(plot.data[0][index], 'x'), top: height / 3 });
    } else if (this.page.step(event.key)) {
      event.preventDefault();
    }
  }
}

/** A range with a little air, and never empty. */
function pad(low, high) {
  if (low === null || high === null || low === undefined) return [0, 1];
  const air = high > low ? (high - low) * 0.06 : Math.max(Math.abs(low) * 0.1, 1e-9);
  return [low - air, high + air];
}

/** The value nearest to an index: joined curves have holes. */
function near(values, index) {
  for (let off = 0; off < values.length; off++) {
    const value = values[index - off] ?? values[index + off];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
