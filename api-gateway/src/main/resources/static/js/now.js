// The reading of this moment, in words and figures. Screen readers are told when flow begins or ends, and nothing else.

import { element, hundred, span } from './format.js';

const STALE_MS = 90_000;
const FEATURES = [
  ['rhythm_score', 'Rhythm', false],
  ['focus_score', 'Focus', false],
  ['consistency_score', 'Steadiness', false],
  ['velocity_score', 'Pace', false],
  ['error_penalty', 'Corrections', true],
];

const byId = (id) => document.getElementById(id);

export class Now {
  #update = null;
  #heardAt = 0;
  #state = 'waiting';
  #advice = '';
  #bars = new Map();
  #timer;
  #onFlip;

  /** @param onFlip called when flow begins or ends */
  constructor(onFlip) {
    this.#onFlip = onFlip;
    byId('features').replaceChildren(...FEATURES.map(([key, name, less]) => {
      const fill = element('span');
      const value = element('span', { class: 'value' }, '–');
      this.#bars.set(key, { fill, value });
      return element('li', less ? { class: 'less' } : {}, element('span', {}, name),
        element('span', { class: 'bar', 'aria-hidden': 'true' }, fill), value);
    }));
    this.#show();
    this.#timer = setInterval(() => this.#show(), 1_000);
  }

  take(update) {
    this.#update = update;
    this.#heardAt = Date.now();
    for (const [key, { fill, value }] of this.#bars) {
      const reading = update.flow_state.metrics[key];
      fill.style.width = `${hundred(reading)}%`;
      value.textContent = hundred(reading);
    }
    this.#advise(update.flow_state.recommendations ?? []);
    this.#show();
  }

  stop() {
    clearInterval(this.#timer);
    this.#update = null;
    this.#advise([]);
    this.#show();
    byId('announcement').textContent = '';
  }

  #show() {
    const flow = this.#update?.flow_state;
    const quietMs = Date.now() - this.#heardAt;
    const stale = !flow || quietMs > STALE_MS;
    const state = stale ? 'waiting' : flow.is_in_flow ? 'flow' : 'still';
    byId('flow-status').dataset.state = state;
    set('flow-text', { waiting: flow ? 'Quiet' : 'Waiting for keystrokes', flow: 'In flow', still: 'Not in flow' }[state]);
    set('flow-since', since(state, flow, quietMs));
    figure('intensity', stale ? NaN : flow.flow_intensity);
    figure('confidence', stale ? NaN : flow.confidence);
    if (state !== this.#state) {
      const told = { flow: 'Flow has begun.', still: 'Not in flow.', waiting: '' }[state];
      if (state === 'flow' || this.#state === 'flow') {
        byId('announcement').textContent = told || 'Flow has ended.';
        this.#onFlip();
      }
      this.#state = state;
    }
  }

  #advise(texts) {
    const joined = texts.join('\n');
    if (joined === this.#advice) return;
    this.#advice = joined;
    byId('advice').replaceChildren(...texts.map((text) => element('li', {}, text)));
  }
}

function since(state, flow, quietMs) {
  if (state === 'flow') return `for ${span(flow.flow_duration_ms + quietMs)}`;
  if (state === 'waiting') return flow ? `no keystrokes for ${span(quietMs)}` : 'A reading appears when your editor sends some.';
  return flow.confidence < 0.5 ? 'still getting to know this stretch' : 'no unbroken stretch of flow right now';
}

function figure(id, value) {
  const shown = hundred(value);
  if (byId(id).dataset.shown === shown) return;
  byId(id).dataset.shown = shown;
  byId(id).replaceChildren(shown, shown === '–' ? '' : element('small', {}, ' of 100'));
}

/** Leaves the page alone where nothing changed, so that nobody's reading position is lost. */
function set(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
