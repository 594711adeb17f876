// Flow ratings from 1 to 7, and how often the page prompts for one. A prompt stays until it is answered or dismissed;
// it never moves the focus, and nothing blinks.

import { Problem, get, send } from './api.js';
import { Feed } from './feed.js';
import { clock, element } from './format.js';

const PATH = '/api/flow/feedback';
const SETTINGS_INTERVAL_MS = 600_000;
const SETTINGS_RETRY_MS = 30_000;
const SCALE_LABELS = { 1: 'not at all', 4: 'partly', 7: 'completely' };

const byId = (id) => document.getElementById(id);

export class FeedbackForm {
  /** The prompt frequency; hidden until it is loaded. */
  feed = new Feed({
    cards: { 'feedback-settings': 'Frequency of prompts' },
    load: () => get(`${PATH}/settings`),
    show: ({ prompts_per_day: perDay }) => { byId('feedback-often').value = perDay; },
    intervalMs: SETTINGS_INTERVAL_MS,
    retryMs: SETTINGS_RETRY_MS,
  });
  #prompt = null;
  #waiting = null;
  #sending = false;
  #stopped = false;

  get feeds() {
    return [this.feed];
  }

  constructor() {
    byId('feedback-scale').replaceChildren(...[1, 2, 3, 4, 5, 6, 7].map((flow) => element('label', {},
      element('input', { type: 'radio', name: 'flow', value: flow, required: '' }),
      element('span', {}, String(flow), SCALE_LABELS[flow] ? element('small', {}, ` ${SCALE_LABELS[flow]}`) : ''))));
    byId('feedback-form').onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    byId('feedback-later').onclick = () => {
      this.#close('');
      this.#next();
    };
    byId('feedback-often').onchange = () => this.#saveFrequency();
    byId('feedback-forget').onclick = () => this.#deleteRatings();
    this.#close('');
  }

  /** Prompts about a moment before a break; waits for an answer in progress, which is about another moment. */
  show(notification) {
    if (this.#sending || new FormData(byId('feedback-form')).get('flow')) {
      this.#waiting = notification;
      return;
    }
    this.#prompt = notification;
    byId('feedback').open = true;
    byId('feedback-later').hidden = false;
    byId('feedback-question').textContent = `How much in flow were you at ${clock(notification.at)}?`;
    byId('feedback-result').textContent = '';
    byId('announcement').textContent = 'A question about your last stretch of work is waiting.';
  }

  stop() {
    this.#stopped = true;
    this.feed.stop();
    this.#waiting = null;
    byId('feedback').open = false;
    byId('feedback-often').value = '0';
    this.#close('');
  }

  async #send() {
    const form = byId('feedback-form');
    const flow = new FormData(form).get('flow');
    if (!flow) return result('Choose a value from 1 to 7.', true);
    const prompt = this.#prompt;
    this.#sending = true;
    await this.#attempt(async () => {
      await send('POST', PATH, {
        at: new Date(prompt?.at ?? Date.now()).toISOString(),
        flow: Number(flow),
        interrupted: byId('feedback-interrupted').checked,
        ...(prompt ? { session_id: prompt.session_id } : {}),
      });
      if (!this.#stopped) this.#close('Thank you. Later estimates adapt to your ratings.');
    });
    this.#sending = false;
    this.#next();
  }

  #next() {
    const waiting = this.#waiting;
    if (!waiting || new FormData(byId('feedback-form')).get('flow')) return;
    this.#waiting = null;
    this.show(waiting);
  }

  #close(text) {
    this.#prompt = null;
    byId('feedback-form').reset();
    byId('feedback-later').hidden = true;
    byId('feedback-question').textContent = 'How much in flow are you right now?';
    result(text);
  }

  async #saveFrequency() {
    await this.#attempt(async () => {
      const chosen = { prompts_per_day: Number(byId('feedback-often').value) };
      const { prompts_per_day: perDay } = await send('PUT', `${PATH}/settings`, chosen);
      if (this.#stopped) return;
      result(perDay ? `Prompts at breaks, at most ${perDay} × a day, never in flow.` : 'No prompts.');
    });
    this.feed.refresh(); // shows the stored choice if the new one was rejected
  }

  async #deleteRatings() {
    if (!confirm('Delete your ratings? Estimates then come from the model alone.')) return;
    await this.#attempt(async () => {
      await send('DELETE', PATH);
      if (!this.#stopped) result('Ratings deleted.');
    });
  }

  /** Runs a request and shows its problem, unless the user has signed out since. */
  async #attempt(request) {
    try {
      await request();
    } catch (problem) {
      if (this.#stopped) return;
      result(problem instanceof Problem ? problem.message : 'This page failed. Reload it.', true);
    }
  }
}

function result(text, bad = false) {
  byId('feedback-result').textContent = text;
  byId('feedback-result').classList.toggle('problem', bad);
}
