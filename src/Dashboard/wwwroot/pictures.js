import { el, setText, sharpen } from './dom.js';
import { whole } from './text.js';

/** Pictures along the steps, with a slider; it follows the newest as long as nobody has gone back. */
export class Viewer {
  #steps = [];
  #timer = 0;

  /** @param {(step: number) => string} source the address of the picture of a step */
  constructor(source) {
    this.source = source;
    this.image = el('img', { class: 'picture', alt: '', onload: sharpen });
    this.slider = el('input', { type: 'range', min: '0', max: '0', value: '0', 'aria-label': 'Which step', oninput: () => { this.#pause(); this.#show(); } });
    this.caption = el('output', { class: 'quiet' });
    this.play = el('button', { type: 'button', class: 'plain', 'aria-label': 'Play', onclick: () => this.#toggle() }, '▶');
    this.root = el('div', { class: 'viewer' },
      el('a', { class: 'frame' }, this.image),
      el('div', { class: 'scrub' }, this.play, this.slider), this.caption);
  }

  /** Takes the list of steps that have a picture. */
  take(steps) {
    const atEnd = this.#steps.length === 0 || Number(this.slider.value) === this.#steps.length - 1;
    const step = this.#steps[Number(this.slider.value)];
    this.#steps = steps;
    this.slider.max = String(Math.max(0, steps.length - 1));
    const at = atEnd ? steps.length - 1 : steps.indexOf(step);
    this.slider.value = String(at < 0 ? steps.length - 1 : at);
    this.slider.disabled = this.play.disabled = steps.length < 2;
    this.#show();
  }

  #show() {
    const at = Number(this.slider.value), step = this.#steps[at];
    if (step === undefined) return;
    const address = this.source(step);
    if (this.image.getAttribute('src') !== address) {
      this.image.src = address;
      this.image.alt = `Samples after ${step} steps`;
      this.image.parentElement.href = address;
    }
    setText(this.caption, `step ${whole(step)} · ${at + 1} of ${this.#steps.length}`);
    this.slider.setAttribute('aria-valuetext', `step ${step}`);
    if (this.#steps[at + 1] !== undefined) new Image().src = this.source(this.#steps[at + 1]);
  }

  #toggle() {
    if (this.#timer) { this.#pause(); return; }
    if (Number(this.slider.value) === this.#steps.length - 1) this.slider.value = '0';
    this.#label('❚❚', 'Pause');
    this.#show();
    this.#timer = setInterval(() => {
      this.slider.value = String(Number(this.slider.value) + 1);
      this.#show();
      if (Number(this.slider.value) >= this.#steps.length - 1) this.#pause();
    }, 350);
  }

  #pause() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#label('▶', 'Play');
  }

  #label(text, name) {
    setText(this.play, text);
    this.play.setAttribute('aria-label', name);
  }
}
