// Small helpers on the page's elements. Text is always set as text, never as markup.
import { request } from './access.js';

/** The element with an id. */
export const $ = id => document.getElementById(id);

/** Makes an element: attributes, listeners (`onclick`), and children that are elements or text. */
export function el(name, attributes = {}, ...children) {
  const svg = ['svg', 'path', 'circle', 'title'].includes(name) && name !== 'title';
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** Sets an element's text, only where it differs: screen readers and selections stay undisturbed. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Answers of the server as objects; an error with its status where there is none. */
export async function get(path, signal) {
  const answer = await request(path, { signal });
  if (!answer.ok) throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status });
  return answer.json();
}

/** A function that is called at most once in so many milliseconds, and once more at the end. */
export function throttled(milliseconds, call) {
  let last = 0, timer = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; last = performance.now(); call(); }, Math.max(0, last + milliseconds - performance.now()));
  };
}

/** Marks a picture that is shown larger than it is: its pixels then stay sharp. */
export const sharpen = event => event.target.classList.toggle('small', event.target.naturalWidth < event.target.clientWidth * devicePixelRatio);
