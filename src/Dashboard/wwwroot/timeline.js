// One step: who computed, sent and waited, when. The columns of figures say the same in words.
import { $, el, setText } from './dom.js';
import { seconds, whole } from './text.js';

let held = false, waiting = null;

/** Shows a step, unless the person holds the present one. */
export function showStep(step) {
  $('timeline').hidden = false;
  for (const link of document.querySelectorAll('[data-for=timeline]')) link.hidden = false;
  if (held) { waiting = step; return; }
  const length = Math.max(step.seconds, ...step.lanes.flatMap(lane => lane.bars.map(bar => bar.from + bar.seconds)));
  setText($('timeline-step'), `step ${whole(step.step)} · ${seconds(step.seconds)}`);
  $('trace').title = step.trace;
  setText($('trace'), `trace ${step.trace.slice(0, 8)}…`);
  $('timeline-axis').replaceChildren(...ticks(length).map(at => placed(el('span', {}, seconds(at)), at / length)));
  $('timeline-rows').replaceChildren(...step.lanes.map(lane => row(lane, length)));
}

$('timeline-hold')?.addEventListener('click', () => {
  held = !held;
  $('timeline-hold').setAttribute('aria-pressed', String(held));
  if (!held && waiting) { showStep(waiting); waiting = null; }
});

function row(lane, length) {
  const [, role, index] = lane.actor.split('/');
  const track = el('div', { class: 'track', 'aria-hidden': 'true' }, sized(el('i', { class: 'bar between' }), lane.from / length, (lane.until - lane.from) / length), ...lane.bars.map(bar => sized(
    el('i', { class: `bar ${bar.kind}${bar.problem ? ' failed' : ''}`, title: `${bar.label}: ${seconds(bar.seconds)} from ${seconds(bar.from)}${bar.problem ? `, ${bar.problem}` : ''}` }),
    bar.from / length, bar.seconds / length)));
  return el('tr', { role: 'row' },
    el('th', { scope: 'row', role: 'rowheader' }, role.replaceAll('-', ' '), ' ', index, el('span', { class: 'quiet where', title: lane.silo }, lane.device ?? '')),
    el('td', { class: 'lane', role: 'cell' }, track),
    ...[lane.computed, lane.sent, lane.waited].map(value => el('td', { role: 'cell', class: `number${value === 0 ? ' quiet' : ''}` }, value === 0 ? '–' : seconds(value))));
}

// Through the object model: the policy forbids style attributes.
function placed(element, from) {
  element.style.left = `${Math.max(0, from * 100)}%`;
  return element;
}

function sized(element, from, width) {
  element.style.width = `max(2px, ${Math.min(1, width) * 100}%)`;
  return placed(element, Math.min(from, 0.999));
}

function ticks(length) {
  const power = 10 ** Math.floor(Math.log10(length / 4 || 1)), raw = length / 4 / power;
  const step = power * (raw < 1.5 ? 1 : raw < 3.5 ? 2 : raw < 7.5 ? 5 : 10);
  const found = [];
  for (let at = 0; at < length * 0.97 && found.length < 12; at += step) found.push(at);
  return found;
}

