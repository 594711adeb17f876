// The sessions of the past, to be found, corrected, deleted and taken along as CSV. The filter is in the address.

import './styles.js';
import { account } from '../account.js';
import { Problem, get, send } from '../api.js';
import { Feed } from '../feed.js';
import { clock, columnHead, count, element, span } from '../format.js';
import { siteUrl } from '../root.js';
import { go } from '../router.js';
import { dateOf, formatDate, plusDays, startOf } from '../zone.js';
import { save } from './download.js';
import { csvOf } from './sessions-csv.js';
import { SESSIONS } from './texts.js';

const INTERVAL_MS = 60_000;
const RETRY_MS = 15_000;
const PAGE = 50;
const CSV_PAGE = 200;
const CSV_MAX = 5_000;
const UNDO_MS = 8_000;
const FILTERS = ['project', 'language', 'status', 'first', 'last'];
const CORRECTED = ['project', 'language', 'editor'];

export class Sessions {
  #parts = page();
  #pages = 1;
  /** Sessions that are deleted when the time to undo is over, with their timers. */
  #deleting = new Map();
  #stopped = false;

  constructor() {
    const of = this.#parts;
    this.feed = new Feed({
      cards: { 'session-table-card': 'The sessions' },
      load: () => this.#load(),
      show: (loaded) => this.#show(loaded),
      empty: ({ sessions, isFiltered }) => ({
        'session-table-card': sessions.length ? '' : isFiltered ? SESSIONS.noMatch : SESSIONS.none,
      }),
      isOver: ({ search }) => search !== location.search,
      intervalMs: INTERVAL_MS,
      retryMs: RETRY_MS,
    });
    of.form.onsubmit = (event) => {
      event.preventDefault();
      const query = new URLSearchParams([...new FormData(of.form)].filter(([, value]) => value.trim()));
      go(`/sessions${query.size ? `?${query}` : ''}`);
    };
    of.form.onchange = () => of.form.requestSubmit();
    of.clear.onclick = () => go('/sessions');
    of.more.onclick = () => {
      this.#pages++;
      this.feed.refresh();
    };
    of.csv.onclick = () => this.#download();
    this.#fill();
  }

  get feeds() {
    return [this.feed];
  }

  /** Shows the sessions that the filter of the address selects. */
  enter() {
    this.#fill();
    this.#pages = 1;
    this.feed.restart();
  }

  /** Deletes at once what was to be deleted: there is nothing left that undoes it. */
  leave() {
    for (const [id, timer] of this.#deleting) {
      clearTimeout(timer);
      this.#delete(id);
    }
  }

  stop() {
    this.#stopped = true;
    for (const timer of this.#deleting.values()) clearTimeout(timer);
    this.feed.stop();
    document.getElementById('sessions-view').replaceChildren();
  }

  #fill() {
    const query = new URLSearchParams(location.search);
    for (const name of FILTERS) this.#parts.form.elements[name].value = query.get(name) ?? '';
    this.#parts.clear.hidden = !FILTERS.some((name) => query.get(name));
  }

  /** Returns the filter of the address as the parameters of a request. */
  async #filter() {
    await account();
    const query = new URLSearchParams(location.search);
    const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text));
    const at = (date) => new Date(startOf(date)).toISOString();
    return {
      ...Object.fromEntries(['project', 'language', 'status'].filter((name) => query.get(name))
        .map((name) => [name, query.get(name)])),
      ...(isDate(query.get('first')) ? { from: at(query.get('first')) } : {}),
      ...(isDate(query.get('last')) ? { to: at(plusDays(query.get('last'), 1)) } : {}),
    };
  }

  async #load() {
    const { search } = location;
    const filter = await this.#filter();
    const { sessions, cursor } = await sessionsOf(filter, PAGE, this.#pages * PAGE);
    return { search, sessions, cursor, isFiltered: Object.keys(filter).length > 0 };
  }

  #show({ sessions, cursor }) {
    const of = this.#parts;
    if (of.rows.contains(document.activeElement) && of.rows.querySelector('form')) return; // being corrected
    of.rows.replaceChildren(...sessions.map((session) => this.#row(session)));
    of.more.hidden = !cursor;
    of.count.textContent = SESSIONS.shown(count(sessions.length), Boolean(cursor));
  }

  #row(session) {
    const { session_id: id } = session;
    const day = dateOf(Date.parse(session.started_at));
    const date = formatDate(day, { day: 'numeric', month: 'short', year: 'numeric' });
    const name = `${date}, ${clock(session.started_at)}`;
    const row = element('tr', { 'data-session': id });
    if (this.#deleting.has(id)) {
      const undo = element('button', { type: 'button', class: 'quiet' }, SESSIONS.undo);
      undo.onclick = () => {
        clearTimeout(this.#deleting.get(id));
        this.#deleting.delete(id);
        row.replaceWith(this.#row(session));
      };
      row.append(element('td', { colspan: 7 }, SESSIONS.deleted(name)), element('td', { class: 'actions' }, undo));
      return row;
    }
    const action = (text, onClick) => {
      const button = element('button', { type: 'button', class: 'quiet', 'aria-label': `${text}: ${name}` }, text);
      button.onclick = onClick;
      return button;
    };
    const path = `/day/${day}`;
    row.append(
      element('th', { scope: 'row' }, element('a', { 'data-path': path, href: siteUrl(path) }, name),
        session.status === 'ended' ? '' : element('span', { class: 'tag open' }, SESSIONS.states[session.status])),
      ...CORRECTED.map((key) => element('td', {}, session[key] ?? '–')),
      element('td', { class: 'number' }, span(session.active_ms)),
      element('td', { class: 'number' }, span(session.flow_ms)),
      element('td', { class: 'number' }, count(session.keystrokes)),
      element('td', { class: 'actions' },
        action(SESSIONS.correct, () => this.#correct(session, row)),
        action(SESSIONS.remove, () => this.#deleteLater(session, row))));
    return row;
  }

  /** Replaces a row by fields of its metadata. */
  #correct(session, row) {
    const fields = CORRECTED.map((key) => element('label', {}, SESSIONS.columns[key],
      element('input', { name: key, value: session[key] ?? '', maxlength: '200', autocomplete: 'off' })));
    const cancel = element('button', { type: 'button', class: 'quiet' }, SESSIONS.cancel);
    const problem = element('span', { class: 'problem', role: 'alert' });
    const form = element('form', { class: 'correction', novalidate: '' }, ...fields,
      element('button', { type: 'submit', class: 'main' }, SESSIONS.save), cancel, problem);
    const close = (of) => {
      const again = this.#row(of);
      editor.replaceWith(again);
      again.querySelector('.actions button').focus();
    };
    cancel.onclick = () => close(session);
    form.onsubmit = async (event) => {
      event.preventDefault();
      const changed = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, value.trim()])
        .filter(([key, value]) => value && value !== session[key]));
      if (!Object.keys(changed).length) return close(session);
      try {
        const corrected = await send('PATCH', `/api/sessions/${session.session_id}`, changed);
        if (!this.#stopped) close(corrected);
      } catch (reason) {
        problem.textContent = reason instanceof Problem ? reason.message : SESSIONS.failed;
      }
    };
    const editor = element('tr', {}, element('td', { colspan: 8 }, form));
    row.replaceWith(editor);
    form.querySelector('input').focus();
  }

  #deleteLater(session, row) {
    this.#deleting.set(session.session_id, setTimeout(() => this.#delete(session.session_id), UNDO_MS));
    const again = this.#row(session);
    row.replaceWith(again);
    again.querySelector('button').focus();
  }

  async #delete(id) {
    this.#deleting.delete(id);
    try {
      await send('DELETE', `/api/sessions/${id}`);
      this.#parts.rows.querySelector(`[data-session="${id}"]`)?.remove();
    } catch (reason) {
      this.#parts.problem.textContent = reason instanceof Problem ? reason.message : SESSIONS.failed;
    }
    if (!this.#stopped) this.feed.refresh();
  }

  async #download() {
    const of = this.#parts;
    of.problem.textContent = '';
    of.csv.setAttribute('aria-disabled', 'true');
    try {
      const { sessions, cursor } = await sessionsOf(await this.#filter(), CSV_PAGE, CSV_MAX);
      save(new Blob([csvOf(sessions)], { type: 'text/csv' }), 'sessions.csv');
      if (cursor) of.problem.textContent = SESSIONS.csvMax(count(CSV_MAX));
    } catch (reason) {
      of.problem.textContent = reason instanceof Problem ? reason.message : SESSIONS.failed;
    } finally {
      of.csv.removeAttribute('aria-disabled');
    }
  }
}

/** Returns the latest sessions up to a number, and the cursor of the rest or null. */
async function sessionsOf(filter, limit, max) {
  const sessions = [];
  let cursor = null;
  do {
    const answer = await get('/api/sessions/history', { ...filter, limit, ...(cursor ? { cursor } : {}) });
    sessions.push(...answer.sessions);
    cursor = answer.next_cursor ?? null;
  } while (cursor && sessions.length < max);
  return { sessions, cursor };
}

/** Builds the view, and returns its parts that change. */
function page() {
  const field = (name, control) => element('label', {}, SESSIONS.filters[name], control);
  const text = (name, type = 'search') => element('input', { name, type, maxlength: '200', autocomplete: 'off' });
  const of = {
    clear: element('button', { type: 'button', class: 'quiet', hidden: '' }, SESSIONS.clear),
    csv: element('button', { type: 'button', class: 'quiet' }, SESSIONS.csv),
    count: element('p', { 'data-body': '' }),
    rows: element('tbody', { 'data-testid': 'session-rows' }),
    more: element('button', { type: 'button', class: 'quiet', 'data-body': '', hidden: '' }, SESSIONS.more),
    problem: element('p', { class: 'problem', role: 'alert' }),
  };
  of.form = element('form', { class: 'filters', role: 'search', 'aria-label': SESSIONS.search, novalidate: '' },
    field('project', text('project')), field('language', text('language')),
    field('status', element('select', { name: 'status' }, element('option', { value: '' }, SESSIONS.any),
      ...Object.entries(SESSIONS.states).map(([value, name]) => element('option', { value }, name)))),
    field('first', text('first', 'date')), field('last', text('last', 'date')), of.clear);
  const columns = ['start', ...CORRECTED];
  document.getElementById('sessions-view').replaceChildren(
    element('h1', { class: 'for-readers', id: 'sessions-view-title', tabindex: '-1' }, SESSIONS.title),
    of.form,
    element('section', { class: 'card', id: 'session-table-card', 'aria-labelledby': 'session-table-title' },
      element('div', { class: 'head' }, element('h2', { id: 'session-table-title' }, SESSIONS.title), of.count),
      element('div', { class: 'session-scroll', 'data-body': '', tabindex: '0', role: 'region',
        'aria-label': SESSIONS.table },
      element('table', { class: 'sessions' }, element('thead', {}, element('tr', {},
        ...columns.map((key) => columnHead(SESSIONS.columns[key])),
        ...['active', 'flow', 'keystrokes'].map((key) =>
          element('th', { scope: 'col', class: 'number' }, SESSIONS.columns[key])),
        columnHead('', SESSIONS.actions))), of.rows)),
      element('p', { class: 'buttons', 'data-body': '' }, of.more, of.csv), of.problem));
  return of;
}
