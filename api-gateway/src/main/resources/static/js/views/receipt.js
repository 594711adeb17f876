// The receipt of an erasure: each place and when it was erased, followed until it is complete. Needs no account.

import { Problem, receiptOf, signedReceipt } from '../api.js';
import { save } from './download.js';
import { Feed } from '../feed.js';
import { count, element } from '../format.js';
import { LOCALE } from '../locale.js';

const FOLLOW_INTERVAL_MS = 1_000;
const RETRY_MS = 3_000;
/** A complete receipt does not change. */
const COMPLETE_INTERVAL_MS = 3_600_000;

const byId = (id) => document.getElementById(id);
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });

export class Receipt {
  #feed;
  #status = null;
  #following = 0;

  constructor(receipt) {
    this.#feed = new Feed({
      cards: { 'receipt-card': 'The receipt' },
      load: () => receiptOf(receipt),
      show: (status) => this.#show(status),
      intervalMs: COMPLETE_INTERVAL_MS,
      retryMs: RETRY_MS,
    });
    byId('receipt-download').onclick = () => download(receipt);
  }

  wake() {
    if (this.#status?.state !== 'complete') this.#feed.refresh();
  }

  stop() {
    clearTimeout(this.#following);
    this.#feed.stop();
    byId('places').replaceChildren();
    byId('receipt-sentence').textContent = '';
    byId('receipt-result').textContent = '';
  }

  #show(status) {
    this.#status = status;
    const done = status.places.filter((place) => place.state !== 'pending').length;
    const isComplete = status.state === 'complete';
    byId('receipt-sentence').textContent = isComplete
      ? `Everything is erased, since ${moment.format(new Date(status.completed_at))}.`
      : `Your keys are destroyed. ${count(done)} of ${count(status.places.length)} places are erased …`;
    Object.assign(byId('receipt-progress'), { max: status.places.length, value: done });
    byId('places').replaceChildren(...status.places.map(row));
    if (!isComplete) this.#following = setTimeout(() => this.#feed.refresh(), FOLLOW_INTERVAL_MS);
  }
}

async function download(receipt) {
  const result = byId('receipt-result');
  result.textContent = '';
  try {
    save(await signedReceipt(receipt), 'mindful-receipt.jws');
    result.textContent = 'Downloaded. Check it offline with ./mindful receipt verify FILE.';
  } catch (problem) {
    result.textContent = `Not downloaded. ${problem instanceof Problem ? problem.message : 'Reload this page.'}`;
  }
}

function row(place) {
  const state = place.state === 'done' ? `erased ${moment.format(new Date(place.done_at))}`
    : place.state === 'operator' ? 'with the operator' : 'pending';
  return element('tr', { 'data-place': place.place, 'data-state': place.state },
    element('th', { scope: 'row' }, element('span', {}, place.place.replaceAll('_', ' ')),
      element('small', {}, place.detail ? `${place.description} ${place.detail}` : place.description)),
    element('td', {}, state),
    element('td', {}, place.items === undefined ? '–' : count(place.items)));
}
