// The current estimate as text and figures. Screen readers announce only when flow begins or ends.

import { ago, element, hundred, span } from './format.js';
import { Readings } from './readings.js';
import { toLocal } from './server-time.js';

const FEATURES = [
  ['rhythm_score', 'Rhythm', false],
  ['focus_score', 'Focus', false],
  ['consistency_score', 'Steadiness', false],
  ['velocity_score', 'Pace', false],
  ['error_penalty', 'Corrections', true],
];
/** Shown before the first estimate, by state of the connection. */
const WITHOUT_READING = {
  waiting: ['Connecting …', 'Loading your latest estimate.'],
  on: ['Waiting for keystrokes', 'An estimate appears when your editor sends some.'],
  lost: ['No connection', 'The server cannot be reached. Trying again …'],
  off: ['Not connected', ''],
};

/** Whether in flow; unknown for a single stretch of typing without a history. */
const FLOW_TEXTS = { true: 'In flow', false: 'Not in flow', null: 'Flow not known' };

const byId = (id) => document.getElementById(id);

export class CurrentFlow {
  #readings = new Readings();
  #names;
  #link = 'waiting';
  #state = 'none';
  #advice = '';
  #bars = new Map();
  #timer;
  #onFlip;

  /**
   * @param names returns the name of a session
   * @param onFlip is called with whether one is in flow, when flow begins or ends
   */
  constructor(names, onFlip) {
    this.#names = names;
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

  add(update) {
    this.#readings.add(update, Math.min(Date.now(), toLocal(update.at)));
    this.#show();
  }

  link(state) {
    this.#link = state;
    this.#show();
  }

  stop() {
    clearInterval(this.#timer);
    this.#readings = new Readings();
    this.#show();
    byId('announcement').textContent = '';
  }

  #show() {
    const now = Date.now();
    const { state, reading, others } = this.#readings.at(now);
    const isCurrent = state === 'flow' || state === 'still';
    const flow = isCurrent ? reading.flow : null;
    const ageMs = reading ? Math.max(0, now - reading.at) : 0;
    const isCut = this.#link === 'lost' || this.#link === 'off';
    byId('flow-status').dataset.state = isCurrent ? state : state === 'quiet' && !isCut ? 'quiet' : 'waiting';
    set('flow-text', isCurrent ? FLOW_TEXTS[String(flow.is_in_flow)]
      : state === 'quiet' && !isCut ? 'Quiet' : WITHOUT_READING[this.#link][0]);
    set('flow-for', state === 'flow' && !isCut ? ` · ${span(flow.flow_duration_ms + ageMs)}` : '');
    set('flow-since', state === 'none' ? WITHOUT_READING[this.#link][1] : since(state, reading, ageMs, isCut));
    byId('flow-session').hidden = others === 0;
    const also = others === 1 ? 'another session is' : `${others} other sessions are`;
    set('flow-session', others ? `${this.#names(reading.session)}; ${also} live too.` : '');
    figure('intensity', flow ? flow.flow_intensity : NaN);
    set('confidence', flow?.data_amount ?? '–');
    for (const [key, { fill, value }] of this.#bars) {
      const shown = hundred(flow ? flow.metrics[key] : NaN);
      if (value.textContent === shown) continue;
      value.textContent = shown;
      fill.style.width = shown === '–' ? '0' : `${shown}%`;
    }
    this.#advise(flow?.recommendations ?? []);
    this.#announce(state);
  }

  #announce(state) {
    if (state === this.#state) return;
    const before = this.#state;
    this.#state = state;
    if (state !== 'flow' && before !== 'flow') return;
    byId('announcement').textContent = { flow: 'Flow has begun.', still: 'Not in flow.' }[state] ?? 'Flow has ended.';
    this.#onFlip(state === 'flow');
  }

  #advise(texts) {
    const joined = texts.join('\n');
    if (joined === this.#advice) return;
    this.#advice = joined;
    byId('advice').replaceChildren(...texts.map((text) => element('li', {}, text)));
  }
}

const REASONS = {
  warming_up: 'warming up: flow needs ten minutes of typing, the last of them in your range',
  below_own_range: 'below your own usual range of flow',
  struggling: 'many corrections or failed builds in the last minutes',
  fragmented: 'many switches in the last minutes',
  away: 'you left the editor\u2019s window',
  paused: 'paused',
};

function since(state, { flow, at }, ageMs, isCut) {
  if (state === 'quiet') return `The last estimate is from ${ago(at, ageMs)}.${isCut ? ' Trying again …' : ''}`;
  if (isCut) return `as of ${ago(at, ageMs)}; no connection now, trying again …`;
  if (state === 'flow') return `for ${span(flow.flow_duration_ms + ageMs)}`;
  return REASONS[flow.reason] ?? 'no flow period right now';
}

function figure(id, value) {
  const shown = hundred(value);
  if (byId(id).dataset.shown === shown) return;
  byId(id).dataset.shown = shown;
  byId(id).replaceChildren(shown, shown === '–' ? '' : element('small', {}, ' of 100'));
}

/** Sets a text only if it changed, so that screen readers keep their place. */
function set(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
