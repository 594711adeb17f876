// The Privacy view: what is collected, retention, team sharing, the history of choices, export and erasure.

import { Account } from './account.js';
import { Problem, exportFile, get, purge, send } from '../api.js';
import { save } from './download.js';
import { Feed } from '../feed.js';
import { count, element } from '../format.js';
import { LOCALE } from '../locale.js';

const INTERVAL_MS = 600_000;
const RETRY_MS = 15_000;
const EXPORT_POLL_INTERVAL_MS = 1_000;
const EXPORT_END_POLLS_MAX = 10;
const HISTORY_PAGE = 20;
const RETENTION_MONTHS = [1, 3, 6, 12, 24, 36, 60, 120];
const SETTINGS = '/api/privacy/settings';
const LEVELS = {
  full: 'Your editor sends the timing and kind of keys',
  features: 'Your editor keeps the keystrokes and sends counts and scores',
  local: 'Nothing leaves your machine',
};
const NAMES = {
  collection_level: 'Collection level',
  excluded_projects: 'Excluded projects',
  excluded_languages: 'Excluded languages',
  retention_months: 'Retention in months',
  team_sharing: 'Team sharing',
  model_contribution: 'Contribution to models',
};
const ACTORS = { user: 'you', team_lead: 'a lead of the team', retention: 'the retention job' };

const byId = (id) => document.getElementById(id);
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

const months = (value) => (value % 12 === 0 && value > 12 ? `${value / 12} years`
  : value === 12 ? '1 year' : value === 1 ? '1 month' : `${value} months`);

export class Privacy {
  #names = new Map();
  #current = null;
  #pages = 1;
  #exporting = null;
  #settings = new Feed({
    cards: {
      'collection-card': 'What is collected',
      'retention-card': 'Retention',
      'sharing-card': 'Team sharing',
      'contribution-card': 'Contribution to models',
    },
    load: async () => {
      const [settings, { teams }] = await Promise.all([get(SETTINGS), get('/api/teams')]);
      return { settings, names: new Map(teams.map((team) => [team.team_id, team.name])) };
    },
    show: (loaded) => this.#show(loaded),
    empty: ({ settings }) => ({
      'sharing-card': settings.team_sharing.length ? '' : 'You are not in a team, so nothing is shared.',
    }),
    intervalMs: INTERVAL_MS,
    retryMs: RETRY_MS,
  });
  #history = new Feed({
    cards: { 'history-card': 'The history' },
    load: () => this.#loadHistory(),
    show: (pages) => this.#showHistory(pages),
    empty: ({ changes }) => ({
      'history-card': changes.length ? '' : 'You have changed nothing: the settings are those of a new account.',
    }),
    intervalMs: INTERVAL_MS,
    retryMs: RETRY_MS,
  });
  #account = new Account();
  #onErased;

  /** @param onErased is called with the receipt of an erasure that has begun */
  constructor(onErased) {
    this.#onErased = onErased;
    for (const radio of byId('levels').querySelectorAll('input')) {
      radio.onchange = () => this.#change('collection', { collection_level: radio.value });
    }
    for (const form of document.querySelectorAll('#privacy form.add')) form.onsubmit = (event) => this.#exclude(event);
    byId('retention').onchange = () =>
      this.#change('retention', { retention_months: Number(byId('retention').value) });
    const contribution = byId('contribution').querySelector('input');
    contribution.onchange = () => this.#change('contribution', { model_contribution: contribution.checked });
    byId('history-more').onclick = () => {
      this.#pages += 1;
      this.#history.refresh();
    };
    byId('export-format').onchange = () => {
      byId('export-bom-choice').hidden = byId('export-format').value !== 'csv';
    };
    byId('export').onsubmit = (event) => {
      event.preventDefault();
      this.#export();
    };
    byId('export-cancel').onclick = () => this.#exporting?.abort();
    byId('purge').onsubmit = (event) => {
      event.preventDefault();
      this.#purge();
    };
  }

  get feeds() {
    return [this.#settings, this.#history, this.#account.feed];
  }

  stop() {
    this.#settings.stop();
    this.#history.stop();
    this.#account.stop();
    this.#exporting?.abort();
    byId('purge').reset();
    byId('privacy-sentence').textContent = '';
    for (const id of ['excluded-projects', 'excluded-languages', 'sharing', 'history']) byId(id).replaceChildren();
    for (const id of ['collection', 'retention', 'sharing', 'contribution', 'export']) {
      byId(`${id}-result`).textContent = '';
    }
    byId('purge-problem').textContent = '';
  }

  #show({ settings, names }) {
    this.#names = names;
    this.#current = settings;
    const excluded = settings.excluded_projects.length + settings.excluded_languages.length;
    const shared = settings.team_sharing.filter((team) => team.consent).length;
    byId('privacy-sentence').textContent = `${LEVELS[settings.collection_level]}`
      + `${excluded ? `, with ${count(excluded)} exclusion${excluded === 1 ? '' : 's'}` : ''}. `
      + `${shared ? `${count(shared)} team${shared === 1 ? '' : 's'} may count you in` : 'No team counts you in'}; `
      + `everything is erased after ${months(settings.retention_months)} without activity.`;
    for (const radio of byId('levels').querySelectorAll('input')) {
      radio.checked = radio.value === settings.collection_level;
    }
    this.#showList('excluded-projects', 'excluded_projects');
    this.#showList('excluded-languages', 'excluded_languages');
    const choices = [...new Set([...RETENTION_MONTHS, settings.retention_months])].sort((a, b) => a - b);
    byId('retention').replaceChildren(...choices.map((value) => element('option', { value }, months(value))));
    byId('retention').value = settings.retention_months;
    byId('sharing').replaceChildren(...settings.team_sharing.map((team) => this.#sharing(team)));
    byId('contribution').querySelector('input').checked = settings.model_contribution;
  }

  #showList(id, setting) {
    const names = this.#current[setting];
    byId(id).replaceChildren(...(names.length ? names.map((name) => {
      const button = element('button', { type: 'button', 'aria-label': `Include ${name} again` }, '×');
      button.onclick = () => this.#change('collection', { [setting]: names.filter((one) => one !== name) });
      return element('li', {}, element('span', {}, name), button);
    }) : [element('li', { class: 'empty' }, 'None')]));
  }

  #sharing(team) {
    const box = element('input', { type: 'checkbox' });
    box.checked = team.consent;
    box.onchange = () => this.#change('sharing', { team_sharing: [{ team_id: team.team_id, consent: box.checked }] });
    return element('label', { class: 'check' }, box, ` Count me in the figures of ${this.#nameOf(team.team_id)}`);
  }

  #nameOf(teamId) {
    return this.#names.get(teamId) ?? 'a team that you left';
  }

  #exclude(event) {
    event.preventDefault();
    const input = event.target.querySelector('input');
    const name = input.value.trim();
    const { list } = event.target.dataset;
    if (!name || !this.#current) return;
    input.value = '';
    this.#change('collection', { [list]: [...this.#current[list], name] });
  }

  /** Sends a change, and shows what is in force afterwards. */
  async #change(card, change) {
    const result = byId(`${card}-result`);
    result.textContent = 'Saving …';
    let words;
    try {
      await send('PUT', SETTINGS, change);
      words = 'Saved; in force now.';
    } catch (problem) {
      words = `Not saved. ${wordsOf(problem)}`;
    }
    await Promise.all([this.#settings.refresh(), this.#history.refresh()]);
    result.textContent = words;
  }

  async #loadHistory() {
    const changes = [];
    let cursor = null;
    for (let page = 0; page < this.#pages; page++) {
      const loaded = await get(`${SETTINGS}/history`, { limit: HISTORY_PAGE, ...(cursor ? { cursor } : {}) });
      changes.push(...loaded.changes);
      cursor = loaded.next_cursor;
      if (!cursor) break;
    }
    return { changes, hasMore: Boolean(cursor) };
  }

  #showHistory({ changes, hasMore }) {
    byId('history').replaceChildren(...changes.map((change) => element('tr', {},
      element('td', {}, moment.format(new Date(change.changed_at))),
      element('td', {}, this.#describe(change)),
      element('td', {}, ACTORS[change.by] ?? change.by))));
    byId('history-more').hidden = !hasMore;
  }

  #describe(change) {
    const name = NAMES[change.setting] ?? change.setting;
    if (change.setting === 'team_sharing') {
      return `${name} with ${this.#nameOf(change.team_id)}: ${change.to ? 'on' : 'off'}`;
    }
    if (change.setting === 'model_contribution') return `${name}: ${change.to ? 'on' : 'off'}`;
    if (change.added || change.removed) {
      return [
        change.added?.length ? `${name}: added ${change.added.join(', ')}` : '',
        change.removed?.length ? `${name}: removed ${change.removed.join(', ')}` : '',
      ].filter(Boolean).join('; ');
    }
    return `${name}: ${change.from} → ${change.to}`;
  }

  async #export() {
    if (this.#exporting) return;
    this.#exporting = new AbortController();
    const { signal } = this.#exporting;
    const format = byId('export-format').value;
    const progress = byId('export-progress');
    const result = byId('export-result');
    progress.hidden = false;
    progress.removeAttribute('value');
    byId('export-cancel').hidden = false;
    byId('export-start').setAttribute('aria-disabled', 'true');
    byId('export-card').dataset.state = 'exporting';
    result.textContent = 'Preparing …';
    let id = null;
    let received = 0;
    const follow = setInterval(async () => {
      if (!id) return;
      try {
        const { percent } = await get(`/api/privacy/export/${id}`);
        if (this.#exporting?.signal !== signal) return; // It ended while this request was under way.
        Object.assign(progress, { max: 100, value: percent });
        result.textContent = `${percent} % of the log read, ${size(received)} received …`;
      } catch {
        // The download itself shows what fails.
      }
    }, EXPORT_POLL_INTERVAL_MS);
    try {
      const parameters = { format, bom: format === 'csv' && byId('export-bom').checked };
      const onStart = (started) => { id = started; };
      const blob = await exportFile(parameters, onStart, (bytes) => { received = bytes; }, signal);
      const { state, records } = await finished(id);
      if (state !== 'complete') throw new Problem(0, { detail: 'The server stopped early. Try again.' });
      save(blob, `mindful-code-export.${format === 'csv' ? 'zip' : 'json'}`);
      this.#exporting = null;
      byId('export-card').dataset.state = 'done';
      result.textContent =
        `Exported ${count(records)} rows, ${size(blob.size)}. The file is not encrypted: keep it safe.`;
    } catch (problem) {
      this.#exporting = null;
      byId('export-card').dataset.state = signal.aborted ? 'idle' : 'failed';
      result.textContent = signal.aborted ? 'Cancelled.' : `Not exported. ${wordsOf(problem)}`;
    } finally {
      clearInterval(follow);
      this.#exporting = null;
      progress.hidden = true;
      byId('export-cancel').hidden = true;
      byId('export-start').removeAttribute('aria-disabled');
    }
  }

  async #purge() {
    const password = byId('purge-password');
    const fault = (words, field) => {
      byId('purge-problem').textContent = words;
      password.setAttribute('aria-invalid', String(field === password));
      field?.focus();
    };
    if (byId('purge-card').dataset.state === 'erasing') return;
    fault('', null);
    if (!byId('purge-sure').checked) {
      fault('Confirm that you want to erase everything.', byId('purge-sure'));
      return;
    }
    byId('purge-card').dataset.state = 'erasing';
    byId('purge-start').setAttribute('aria-disabled', 'true');
    try {
      this.#onErased(await purge(password.value));
    } catch (problem) {
      fault(wordsOf(problem), password);
    } finally {
      byId('purge-card').dataset.state = 'idle';
      byId('purge-start').removeAttribute('aria-disabled');
    }
  }
}

function wordsOf(problem) {
  if (!(problem instanceof Problem)) return 'This page failed. Reload it.';
  return problem.title && problem.title !== problem.message ? `${problem.title}. ${problem.message}` : problem.message;
}

/** Returns the progress of an export whose file has arrived; the server may report its end a second later. */
async function finished(id) {
  for (let polls = 0; ; polls++) {
    const progress = await get(`/api/privacy/export/${id}`);
    if (progress.state !== 'running' || polls === EXPORT_END_POLLS_MAX) return progress;
    await new Promise((passed) => { setTimeout(passed, EXPORT_POLL_INTERVAL_MS); });
  }
}

function size(bytes) {
  if (bytes < 1_000_000) return `${count(Math.ceil(bytes / 1_000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
