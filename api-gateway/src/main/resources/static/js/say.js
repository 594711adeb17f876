// The user's own word: a label of 1 to 7 for a moment, and how often to be asked for one. A question stays until it is answered or
// put aside; it never takes the focus, and nothing blinks.

import { Problem, get, send } from './api.js';
import { Feed } from './feed.js';
import { clock, element } from './format.js';

const PATH = '/api/flow/feedback';
const SETTINGS_INTERVAL_MS = 600_000;
const SETTINGS_RETRY_MS = 30_000;
const ENDS = { 1: 'not at all', 4: 'partly', 7: 'completely' };

const byId = (id) => document.getElementById(id);

export class Say {
  /** How often to be asked: unknown until it is loaded, and not to be chosen before. */
  feed = new Feed({
    cards: { 'say-settings': 'How often you are asked' },
    load: () => get(`${PATH}/settings`),
    show: ({ prompts_per_day: perDay }) => { byId('say-often').value = perDay; },
    intervalMs: SETTINGS_INTERVAL_MS,
    retryMs: SETTINGS_RETRY_MS,
  });
  #about = null;
  #waiting = null;
  #sending = false;
  #stopped = false;

  constructor() {
    byId('say-scale').replaceChildren(...[1, 2, 3, 4, 5, 6, 7].map((flow) => element('label', {},
      element('input', { type: 'radio', name: 'flow', value: flow, required: '' }),
      element('span', {}, String(flow), ENDS[flow] ? element('small', {}, ` ${ENDS[flow]}`) : ''))));
    byId('say-form').onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    byId('say-later').onclick = () => {
      this.#close('');
      this.#next();
    };
    byId('say-often').onchange = () => this.#choose();
    byId('say-forget').onclick = () => this.#forget();
    this.#close('');
  }

  /** Asks about the moment before a break; after an answer that was begun about another, so that none goes to the wrong moment. */
  ask(notification) {
    if (this.#sending || new FormData(byId('say-form')).get('flow')) {
      this.#waiting = notification;
      return;
    }
    this.#about = notification;
    byId('say').open = true;
    byId('say-later').hidden = false;
    byId('say-question').textContent = `You took a break at ${clock(notification.at)}. How much in flow were you before it?`;
    byId('say-result').textContent = '';
    byId('announcement').textContent = 'There is a question about your last stretch of work.';
  }

  stop() {
    this.#stopped = true;
    this.#waiting = null;
    byId('say').open = false;
    byId('say-often').value = '0';
    this.#close('');
  }

  async #send() {
    const form = byId('say-form');
    const flow = new FormData(form).get('flow');
    if (!flow) return result('Please choose one of the seven.', true);
    const about = this.#about;
    this.#sending = true;
    await this.#attempt(async () => {
      await send('POST', PATH, {
        at: new Date(about?.at ?? Date.now()).toISOString(),
        flow: Number(flow),
        interrupted: byId('say-interrupted').checked,
        ...(about ? { session_id: about.session_id } : {}),
      });
      if (!this.#stopped) this.#close('Thank you. Readings will slowly take this in.');
    });
    this.#sending = false;
    this.#next();
  }

  #next() {
    const waiting = this.#waiting;
    if (!waiting || new FormData(byId('say-form')).get('flow')) return;
    this.#waiting = null;
    this.ask(waiting);
  }

  #close(words) {
    this.#about = null;
    byId('say-form').reset();
    byId('say-later').hidden = true;
    byId('say-question').textContent = 'How much in flow are you right now?';
    result(words);
  }

  async #choose() {
    await this.#attempt(async () => {
      const { prompts_per_day: perDay } = await send('PUT', `${PATH}/settings`, { prompts_per_day: Number(byId('say-often').value) });
      if (!this.#stopped) result(perDay ? `You will be asked at breaks, at most ${perDay} × a day, never in flow.` : 'You will not be asked.');
    });
    this.feed.refresh(); // where it was refused, the choice is again what it was
  }

  async #forget() {
    if (!confirm('Forget all that was learned from your answers? Readings are then those of the model alone.')) return;
    await this.#attempt(async () => {
      await send('DELETE', PATH);
      if (!this.#stopped) result('Forgotten.');
    });
  }

  /** Nothing of what a page that was left asked for shows on the next user's. */
  async #attempt(what) {
    try {
      await what();
    } catch (problem) {
      if (!this.#stopped) result(problem instanceof Problem ? problem.message : 'Something went wrong on this page.', true);
    }
  }
}

function result(words, bad = false) {
  byId('say-result').textContent = words;
  byId('say-result').classList.toggle('problem', bad);
}
