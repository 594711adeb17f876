// What a card says of its own data: that it is loading, that it could not be loaded, of when it is, that there is nothing yet. Content that
// was never loaded is not shown at all, so that no zero and no "none yet" stands where nothing is known.

import { clock, element } from './format.js';

export class Card {
  #card;
  #name;
  #line;
  #words;
  #again;

  /**
   * @param card the card's element; what `[data-body]` marks in it is its content
   * @param name what the card shows, at the beginning of a sentence
   * @param onAgain is called when the user wants to try again
   */
  constructor(card, name, onAgain) {
    this.#card = card;
    this.#name = name;
    this.#words = element('span');
    this.#again = element('button', { type: 'button', class: 'quiet', hidden: '' }, 'Try again');
    this.#again.onclick = onAgain;
    card.querySelector(':scope > .card-state')?.remove();
    this.#line = element('div', { class: 'card-state' }, element('p', { role: 'status' }, this.#words), this.#again);
    const title = card.querySelector(':scope > h2');
    if (title) title.after(this.#line);
    else card.prepend(this.#line);
    this.loading();
  }

  loading() {
    this.#set('loading', 'Loading …', false);
    this.#card.setAttribute('aria-busy', 'true');
  }

  /** Nothing was ever loaded. */
  failed(reason) {
    this.#set('failed', `${this.#name} could not be loaded. ${reason}`, true);
  }

  /** What was loaded at the given time is still shown, or these words where there was nothing. */
  stale(reason, at, emptyWords = '') {
    this.#set('stale', [`Not up to date: this is of ${clock(at)}.`, emptyWords, reason].filter(Boolean).join(' '), true, emptyWords !== '');
  }

  loaded() {
    this.#set('loaded', '', false);
  }

  /** Loaded, and there is nothing. */
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
