import { el } from './dom.js';

const width = 200, height = 44;

/** A small curve without axes. */
export function sketch({ steps, values }, name) {
  if (steps.length < 2) return el('span', { class: 'sketch' });
  const low = Math.min(...values), high = Math.max(...values), first = steps[0], last = steps.at(-1);
  const x = step => ((step - first) / (last - first || 1) * (width - 4) + 2).toFixed(1);
  const y = value => (height - 3 - (value - low) / (high - low || 1) * (height - 6)).toFixed(1);
  const line = steps.map((step, at) => `${at ? 'L' : 'M'}${x(step)} ${y(values[at])}`).join('');
  return el('svg', { class: 'sketch', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${name} along the steps` },
    el('path', { class: 'area', d: `${line}L${x(last)} ${height}L${x(first)} ${height}Z` }),
    el('path', { class: 'stroke', d: line }));
}
