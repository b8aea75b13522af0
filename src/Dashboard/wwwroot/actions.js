// Buttons that do something to a run: each is a request of its own with the token in a header.
import { $, el, setText } from './dom.js';
import { live, request } from './access.js';

const offered = {
  running: ['pause', 'cancel'], recovering: ['pause', 'cancel'], queued: ['cancel'],
  paused: ['resume'], failed: ['resume'], cancelled: ['resume'], interrupted: ['resume'],
};
const names = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel run', sample: 'Sample' };
const done = { pause: 'Pausing after the present step, with a checkpoint', resume: 'Goes on from the newest checkpoint', cancel: 'Stopping for good, with a checkpoint' };

let shown = '';

/** Offers what can be done to a run as it is now. */
export function offer(address, run, hasCheckpoint) {
  const wanted = live ? [...offered[run.state] ?? [], ...(hasCheckpoint ? ['sample'] : [])] : [];
  const now = wanted.join();
  if (now === shown) return;
  shown = now;
  const focused = document.activeElement?.dataset?.act;
  $('actions').replaceChildren(...wanted.map(act => el('button', {
    type: 'button', 'data-act': act, class: act === 'pause' || act === 'resume' ? 'main' : '',
    onclick: event => (act === 'sample' ? sample(address) : act === 'cancel' ? confirm(address, run.name) : tell(address, act, event.currentTarget)),
  }, names[act])));
  if (focused) ($('actions').querySelector(`[data-act=${focused}]`) ?? $('actions').firstElementChild)?.focus();
}

async function send(path) {
  const answer = await request(path, { method: 'POST', headers: { 'X-Cluster-Request': '1' } });
  if (!answer.ok) throw new Error(await answer.text() || `The server answers ${answer.status}`);
  return answer;
}

async function tell(address, act, button) {
  if (button) button.disabled = true;
  say(`${names[act]} …`);
  try {
    await send(`${address}/${act}`);
    say(done[act]);
  } catch (problem) {
    say(problem.message, true);
  }
  if (button) button.disabled = false;
}

function say(text, bad = false) {
  const place = $('said');
  setText(place, text);
  place.classList.toggle('problem', bad);
  place.hidden = text === '';
  clearTimeout(say.timer);
  if (!bad) say.timer = setTimeout(() => say(''), 8000);
}

function open(title, ...content) {
  const dialog = el('dialog', { class: 'ask', 'aria-label': title }, ...content);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function confirm(address, name) {
  const dialog = open(`Cancel ${name}`,
    el('h2', {}, `Cancel ${name}?`),
    el('p', { class: 'quiet' }, 'It stops after the present step with a checkpoint, and the queue leaves it out. Resume can still go on with it.'),
    el('div', { class: 'choices' },
      el('button', { type: 'button', onclick: () => dialog.close() }, 'Keep training'),
      el('button', { type: 'button', class: 'danger', 'data-confirm': '', onclick: () => { dialog.close(); tell(address, 'cancel'); } }, 'Cancel run')));
}

function sample(address) {
  let seed = 0, url = null;
  const image = el('img', { class: 'picture small', alt: '' });
  const status = el('p', { class: 'quiet', role: 'status' }, 'Drawing from the newest checkpoint …');
  const keep = el('a', { class: 'button', hidden: true }, 'Save');
  const another = el('button', { type: 'button', onclick: () => { seed++; draw(); } }, 'Another');
  const dialog = open('Samples of the newest checkpoint', el('h2', {}, 'Samples of the newest checkpoint'), el('div', { class: 'frame' }, image), status,
    el('div', { class: 'choices' }, another, keep, el('button', { type: 'button', class: 'main', onclick: () => dialog.close() }, 'Close')));
  dialog.addEventListener('close', () => URL.revokeObjectURL(url));
  async function draw() {
    another.disabled = true;
    setText(status, 'Drawing from the newest checkpoint …');
    try {
      const blob = await (await send(`${address}/sample?rows=8&columns=8&seed=${seed}`)).blob();
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(blob);
      image.src = keep.href = url;
      image.alt = `64 samples, seed ${seed}`;
      keep.download = `${address.split('/').at(-1)}-seed-${seed}.png`;
      keep.hidden = false;
      setText(status, `64 samples, seed ${seed}`);
    } catch (problem) {
      setText(status, problem.message);
    }
    another.disabled = false;
  }
  draw();
}
