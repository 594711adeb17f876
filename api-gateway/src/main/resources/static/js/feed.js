// Reloads a part of the page periodically, one request at a time, and shows the state on its cards.

import { Problem } from './api.js';
import { Card } from './card.js';

export class Feed {
  #load;
  #show;
  #empty;
  #isOver;
  #cards;
  #intervalMs;
  #retryMs;
  #value = null;
  #loadedAt = 0;
  #dueAt = 0;
  #loading = false;
  #isWanted = false;
  #isCurrent = false;
  #reason = '';
  #soon = 0;
  #next = 0;
  #stopped = false;
  #version = 0;

  /**
   * @param cards the name of each card, by the id of its element
   * @param load returns a promise of the data
   * @param show shows the data; is called again when the page is resized
   * @param empty returns the text for each card, by id, that has nothing to show
   * @param intervalMs until the next load, or a function of the data
   * @param isOver returns whether loaded data are too old to be shown when reloading fails
   */
  constructor({ cards, load, show, empty = () => ({}), isOver = () => false, intervalMs, retryMs }) {
    this.#load = load;
    this.#show = show;
    this.#empty = empty;
    this.#isOver = isOver;
    this.#intervalMs = intervalMs;
    this.#retryMs = retryMs;
    this.#cards = Object.entries(cards)
      .map(([id, name]) => [id, new Card(document.getElementById(id), name, () => { this.#again(); })]);
    this.refresh();
  }

  /** Loads now, or again after the current request. */
  async refresh() {
    clearTimeout(this.#soon);
    this.#soon = 0;
    if (this.#stopped || document.hidden || this.#isHidden()) return;
    if (this.#loading) {
      this.#isWanted = true;
      return;
    }
    this.#loading = true;
    this.#isWanted = false;
    const version = this.#version;
    try {
      const value = await this.#load();
      if (this.#stopped || version !== this.#version) return;
      this.#value = value;
      this.#loadedAt = Date.now();
      this.#isCurrent = true;
      this.#plan(typeof this.#intervalMs === 'function' ? this.#intervalMs(value) : this.#intervalMs);
      this.redraw();
    } catch (problem) {
      if (this.#stopped || version !== this.#version) return;
      this.#plan(this.#retryMs);
      this.#fail(problem);
    } finally {
      this.#loading = false;
      if (this.#isWanted) this.refresh();
    }
  }

  /** Loads after a delay, once for all calls until then. */
  refreshWithin(ms) {
    this.#soon ||= setTimeout(() => this.refresh(), ms);
  }

  /** Loads other data in place of those shown, which are of something else. */
  restart() {
    this.#version++;
    this.#value = null;
    this.#dueAt = 0;
    this.#cards.forEach(([, card]) => card.loading());
    this.refresh();
  }

  /** Loads if the interval has passed. */
  wake() {
    if (performance.now() >= this.#dueAt && !this.#loading) this.refresh();
  }

  redraw() {
    if (this.#value === null) return;
    const empty = this.#empty(this.#value);
    // Before the content is drawn: what is hidden has no size.
    for (const [id, card] of this.#cards) {
      if (!this.#isCurrent) card.stale(this.#reason, this.#loadedAt, empty[id]);
      else if (empty[id]) card.empty(empty[id]);
      else card.loaded();
    }
    this.#show(this.#value, this.#isCurrent);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#soon);
    clearTimeout(this.#next);
    for (const [, card] of this.#cards) card.loading();
  }

  /** Cards of another view load when it is shown. */
  #isHidden() {
    return document.getElementById(this.#cards[0][0]).closest('[hidden]') !== null;
  }

  #plan(delayMs) {
    this.#dueAt = performance.now() + delayMs;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.wake(), delayMs + 1); // timers may be early by a part of a millisecond
  }

  #again() {
    if (this.#value === null) this.#cards.forEach(([, card]) => card.loading());
    this.refresh();
  }

  #fail(problem) {
    if (!(problem instanceof Problem)) console.error(problem);
    this.#reason = problem instanceof Problem ? problem.message : 'This page failed. Reload it.';
    this.#isCurrent = false;
    if (this.#value !== null && this.#isOver(this.#value)) this.#value = null;
    if (this.#value !== null) this.redraw();
    else this.#cards.forEach(([, card]) => card.failed(this.#reason));
  }
}
