// State of a card: loading, failed, stale, empty or loaded. Content that was never loaded is hidden, so that unknown
// values are not shown as zero.

import { clock, element } from './format.js';

export class Card {
  #card;
  #name;
  #line;
  #words;
  #again;

  /**
   * @param card the card's element; its content is marked with `[data-body]`
   * @param name of the content, for messages
   * @param onAgain is called when the user tries again
   */
  constructor(card, name, onAgain) {
    this.#card = card;
    this.#name = name;
    this.#words = element('span');
    this.#again = element('button', { type: 'button', class: 'quiet', hidden: '' }, 'Try again');
    this.#again.onclick = onAgain;
    card.querySelector(':scope > .card-state')?.remove();
    this.#line = element('div', { class: 'card-state' }, element('p', { role: 'status' }, this.#words), this.#again);
    const title = card.querySelector(':scope > h2, :scope > .head');
    if (title) title.after(this.#line);
    else card.prepend(this.#line);
    this.loading();
  }

  loading() {
    this.#set('loading', 'Loading …', false);
    this.#card.setAttribute('aria-busy', 'true');
  }

  /** Shows that loading failed, without earlier data. */
  failed(reason) {
    this.#set('failed', `${this.#name} could not be loaded. ${reason}`, true);
  }

  /** Shows data loaded at the given time, or `emptyWords` if there were none. */
  stale(reason, at, emptyWords = '') {
    const words = [`Not up to date: this is of ${clock(at)}.`, emptyWords, reason].filter(Boolean).join(' ');
    this.#set('stale', words, true, emptyWords !== '');
  }

  loaded() {
    this.#set('loaded', '', false);
  }

  /** Shows that there are no data. */
  empty(words) {
    this.#set('empty', words, false, true);
  }

  #set(state, words, mayTryAgain, hasNothing = state === 'loading' || state === 'failed') {
    this.#card.dataset.state = state;
    this.#card.toggleAttribute('data-nothing', hasNothing);
    this.#card.removeAttribute('aria-busy');
    this.#line.hidden = !words;
    this.#again.hidden = !mayTryAgain;
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }
}
