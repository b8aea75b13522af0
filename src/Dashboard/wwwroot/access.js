// What the server lets this page do. Where it asks for a token, the page asks the person once and keeps it for this tab alone:
// no cookie, so that no other site can use it.
import { el } from './dom.js';

const key = 'cluster-token';
let token = sessionStorage.getItem(key);
let ticket = null;
let asking = null;

/** Whether a silo answers: there are a map, timelines and buttons. Known after `enter`. */
export let live = false;

/** Asks what may be done here, and for the ticket that goes into addresses. */
export async function enter() {
  const answer = await request('/api/access');
  if (!answer.ok) throw Object.assign(new Error(`/api/access: ${answer.status}`), { status: answer.status });
  ({ live, ticket } = await answer.json());
  document.documentElement.classList.toggle('live', live);
}

/** As fetch, with the token; asks for it where it is missing or wrong. */
export async function request(path, options = {}) {
  for (;;) {
    const used = token;
    const headers = { ...options.headers, ...(used ? { Authorization: `Bearer ${used}` } : {}) };
    const answer = await fetch(path, { ...options, headers });
    if (answer.status !== 401) return answer;
    if (token === used) await (asking ??= ask(used !== null).finally(() => { asking = null; }));
  }
}

/** An address for what a browser asks without headers: pictures, links, event streams. */
export const withTicket = path => ticket ? `${path}${path.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}` : path;

/** Asks the person for the token. */
function ask(wrong) {
  return new Promise(resolve => {
    const input = el('input', { type: 'password', name: 'token', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': 'token-about' });
    const dialog = el('dialog', { class: 'ask', 'aria-labelledby': 'token-title' },
      el('form', { method: 'dialog' },
        el('h2', { id: 'token-title' }, 'This cluster asks for its token'),
        el('p', { id: 'token-about', class: 'quiet' }, 'The silos were started with it as http.token. It stays in this tab and is sent as a header.'),
        wrong ? el('p', { class: 'problem', role: 'alert' }, 'That was not the token.') : null,
        el('label', { class: 'field' }, 'Token ', input),
        el('div', { class: 'choices' }, el('button', { class: 'main', type: 'submit' }, 'Enter'))));
    dialog.addEventListener('cancel', event => event.preventDefault());
    dialog.addEventListener('close', () => {
      token = input.value.trim();
      sessionStorage.setItem(key, token);
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
