// Plugin runs: progress and results.

import { file, get } from '../api.js';
import { Feed } from '../feed.js';
import { save } from './download.js';
import { columnHead, count, element } from '../format.js';
import { LOCALE } from '../locale.js';

const INTERVAL_MS = 15_000;
const RUNS_SHOWN = 4;
const ROWS_SHOWN = 8;
const STATUS = {
  waiting: 'waiting',
  replaying: 'reading history',
  live: 'up to date',
  finished: 'finished',
  failed: 'failed',
  stopped: 'stopped',
  cancelled: 'cancelled',
};

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

export class Questions {
  feeds = [new Feed({
    cards: { 'runs-card': 'Plugin results' },
    load,
    show: (runs) => byId('runs').replaceChildren(...runs.map(card)),
    empty: (runs) => ({ 'runs-card': runs.length ? '' : 'No plugin has run over your history yet.' }),
    intervalMs: INTERVAL_MS,
    retryMs: INTERVAL_MS,
  })];

  stop() {
    this.feeds[0].stop();
    byId('runs').replaceChildren();
  }
}

async function load() {
  const { runs } = await get('/api/analytics', {});
  return Promise.all(runs.slice(0, RUNS_SHOWN).map((run) => get(`/api/analytics/${run.run_id}`, { limit: 500 })));
}

function card(run) {
  const rows = run.rows.slice(-ROWS_SHOWN).reverse();
  return element('li', { 'data-run': run.run_id },
    element('span', { class: 'title' }, `${run.plugin.replaceAll('-', ' ')} ${run.plugin_version}`),
    element('span', { class: 'amount' }, STATUS[run.status] ?? run.status),
    run.reason ? element('span', { class: 'more' }, run.reason) : '',
    run.status === 'replaying' && run.total > 0
      ? element('progress', { class: 'more', max: run.total, value: run.scanned, 'aria-label': 'History read so far' })
      : '',
    run.summary ? element('span', { class: 'more' }, summaryTexts(run.summary).join(', ')) : '',
    rows.length ? element('div', scrolling(`Latest results of ${run.plugin}`), table(rows)) : '',
    rows.length ? download(run) : '');
}

const scrolling = (label) => ({ class: 'scroll more', tabindex: '0', role: 'region', 'aria-label': label });

function download(run) {
  const problemText = element('span', { role: 'alert' });
  const label = `Download all results of ${run.plugin} as CSV`;
  const button = element('button', { type: 'button', class: 'quiet', 'aria-label': label }, 'Download');
  button.onclick = async () => {
    problemText.textContent = '';
    try {
      const csv = await file(`/api/analytics/${run.run_id}/export`, { format: 'csv' });
      save(csv, `${run.plugin}-${run.plugin_version}.csv`);
    } catch (problem) {
      problemText.textContent = problem.message;
    }
  };
  return element('span', { class: 'more' }, button, ' ', problemText);
}

function table(rows) {
  const names = [...new Set(rows.flatMap(({ value }) => Object.keys(value)))].filter((name) => name !== 'key');
  return element('table', {},
    element('thead', {}, element('tr', {}, columnHead('', 'Key'), ...names.map((name) => columnHead(words(name))))),
    element('tbody', {}, ...rows.map(({ key, value }) => element('tr', {},
      element('th', { scope: 'row' }, key.length === 36 ? `${key.slice(0, 8)} …` : key),
      ...names.map((name) => element('td', {}, plain(value[name])))))));
}

const summaryTexts = (summary) => Object.entries(summary).map(([name, value]) => `${words(name)} ${plain(value)}`);

const words = (name) => name.replaceAll('_', ' ');

function plain(value) {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? count(value) : number.format(value);
  return typeof value === 'object' ? '…' : String(value);
}
