// The user's teams: their week compared with the weeks before, and for team leads alerts and alert rules.

import './styles.js';
import { Problem, get, send } from '../api.js';
import { Feed } from '../feed.js';
import { clamp, columnHead, count, element, shape } from '../format.js';
import { LOCALE } from '../locale.js';
import { go } from '../router.js';
import { Invitations } from './invitations.js';
import { drawWeeks, indicatorRow, weeklyMeans } from './team-plots.js';
import { TEAM } from './texts.js';

const INTERVAL_MS = 600_000;
const RETRY_MS = 60_000;
const WEEK_DAYS = 7;
const SHOWN_WEEKS = 13;
const DAY_MS = 86_400_000;
/** Windows are released this long after their end. */
const RELEASED_AFTER_MS = 25 * 3_600_000;
const LEADS = ['owner', 'admin'];

const INDICATORS = {
  outside_usual_hours: ['Work outside usual hours', percent, 0.05, 1, 0.05, 'share of active time'],
  weekend_share: ['Work on weekends', percent, 0.05, 1, 0.05, 'share of active time'],
  falling_flow: ['Less flow', percent, 0.05, 1, 0.05, 'share of active time in flow, less than before'],
  rising_fragmentation: ['More interruptions', plain, 0.5, 60, 0.5, 'interruptions an active hour, more than before'],
};
const WINDOWS = { week: 'the last week', two_weeks: 'the last two weeks', four_weeks: 'the last four weeks' };

const byId = (id) => document.getElementById(id);
const day = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const number = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });

export class Team {
  #parts = page();
  feed = new Feed({
    cards: {
      'team-summary': 'The team',
      'team-compare': 'The comparison',
      'team-weeks': 'The weeks',
      'team-consent': 'Sharing',
      team: 'Team',
    },
    load: () => this.#load(),
    show: (loaded) => this.#show(loaded),
    empty: ({ teams, all, insights, windows }) => {
      const none = teams.length ? '' : all.length ? TEAM.premium : TEAM.noTeam;
      return {
        'team-summary': none,
        'team-compare': none || (insights.length ? '' : TEAM.missing),
        'team-weeks': none || (weeklyMeans(windows).length ? '' : TEAM.noWeeks),
        'team-consent': all.length ? '' : TEAM.noTeam,
        team: none,
      };
    },
    isOver: ({ team }) => this.#chosen !== null && team?.team_id !== this.#chosen,
    intervalMs: INTERVAL_MS,
    retryMs: RETRY_MS,
  });
  #invitations = new Invitations(() => this.feed.refresh());
  #teams = [];
  #chosen = null;
  #stopped = false;

  constructor() {
    byId('team-choice').onchange = () => go(`/team/${byId('team-choice').value}`);
    byId('team-indicator').replaceChildren(
      ...Object.entries(INDICATORS).map(([value, [name]]) => element('option', { value }, name)));
    byId('team-window').replaceChildren(
      ...Object.entries(WINDOWS).map(([value, name]) => element('option', { value }, name)));
    byId('team-window').value = 'two_weeks';
    byId('team-indicator').onchange = bounds;
    byId('team-rule').onsubmit = (event) => {
      event.preventDefault();
      this.#createRule();
    };
    bounds();
    this.#parts.create.onsubmit = (event) => {
      event.preventDefault();
      const name = this.#parts.newName.value.trim();
      if (!name) return this.#parts.newName.focus();
      return this.#attempt(async () => {
        await send('POST', '/api/teams', { name });
        if (this.#stopped) return;
        this.#parts.create.reset();
        byId('announcement').textContent = TEAM.created(name);
        await this.feed.refresh();
      });
    };
  }

  get feeds() {
    return [this.feed, this.#invitations.feed];
  }

  /** Shows a team, or the first if it is null. */
  enter(team) {
    if (team === this.#chosen) return;
    this.#chosen = team;
    this.feed.refresh();
  }

  /** Announces a live alert, and reloads the list. */
  announce(alert) {
    const team = this.#teams.find((one) => one.team_id === alert.team_id);
    byId('announcement').textContent = `Alert${team ? ` about ${team.name}` : ''}: ${alert.text}`;
    if (team && team.team_id === byId('team-choice').value) this.feed.refresh();
  }

  async #load() {
    const { teams: all } = await get('/api/teams');
    const teams = all.filter((team) => team.plan === 'premium');
    const team = teams.find((one) => one.team_id === this.#chosen) ?? teams[0];
    if (!team) return { teams, all, team: null, insights: [], windows: [] };
    const path = `/api/teams/${team.team_id}`;
    const to = new Date(Math.ceil(Date.now() / DAY_MS) * DAY_MS);
    const from = new Date(to - WEEK_DAYS * DAY_MS);
    const first = new Date(to - SHOWN_WEEKS * WEEK_DAYS * DAY_MS);
    const [windows, insights, alerts] = await Promise.all([
      get(`${path}/analytics`, { size: 'day', from: first.toISOString(), to: to.toISOString() }),
      get(`${path}/insights`),
      isLead(team) ? get(`${path}/alerts`) : { rules: [], alerts: [] },
    ]);
    const loaded = {
      windows: windows.windows, privacy: windows.privacy, insights: insights.insights, ...alerts,
    };
    return { teams, all, team, from, ...loaded };
  }

  #show({ teams, all, team, from, windows, privacy, insights, alerts, rules }) {
    const isAnother = team && team.team_id !== this.#chosen && teams.some((one) => one.team_id === this.#chosen);
    if (isAnother) return; // another team was chosen meanwhile and is loaded next
    this.#teams = teams;
    byId('team-title').textContent = team ? `Team ${team.name}` : 'Team';
    byId('team-choices').hidden = teams.length < 2;
    byId('team-choice').replaceChildren(...teams.map((one) => element('option', { value: one.team_id }, one.name)));
    this.#parts.consent.replaceChildren(...all.map((one) => this.#consentOf(one)));
    if (!team) return;
    byId('team-choice').value = team.team_id;
    const notable = insights.find((one) => one.stands_out);
    this.#parts.sentence.textContent = notable?.text ?? (insights.length ? TEAM.nothing : TEAM.notYet);
    this.#parts.indicators.replaceChildren(...insights.map((one) => {
      const [name, format] = INDICATORS[one.id] ?? [one.id, plain];
      return indicatorRow(one, name, format, rules.find(({ indicator }) => indicator === one.id)?.threshold ?? null);
    }));
    drawWeeks(this.#parts.weeks, weeklyMeans(windows), (hours) => number.format(hours));
    week(windows.filter(({ start }) => Date.parse(start) >= from.getTime()), from, privacy);
    byId('team-insights').replaceChildren(...(insights.length ? insights.map(insightRow)
      : [element('li', { class: 'empty' },
        'Not enough data yet: figures need weeks of released days, above their noise.')]));
    byId('team-lead').hidden = !isLead(team);
    byId('team-alerts').replaceChildren(...(alerts.length ? alerts.map(alertRow)
      : [element('li', { class: 'empty' }, 'No alerts.')]));
    byId('team-rules').replaceChildren(...(rules.length
      ? rules.map((rule) => this.#ruleRow(`/api/teams/${team.team_id}`, rule))
      : [element('li', { class: 'empty' }, 'No rules.')]));
  }

  stop() {
    this.#stopped = true;
    this.#invitations.stop();
    this.feed.stop();
    byId('team-title').textContent = 'Team';
    byId('team-problem').textContent = '';
    for (const id of ['team-choice', 'team-week', 'team-insights', 'team-alerts', 'team-rules']) {
      byId(id).replaceChildren();
    }
  }

  #consentOf(team) {
    const box = element('input', { type: 'checkbox' });
    box.checked = team.consent;
    box.onchange = () => this.#attempt(async () => {
      await send('PUT', '/api/privacy/settings', { team_sharing: [{ team_id: team.team_id, consent: box.checked }] });
      if (this.#stopped) return;
      byId('announcement').textContent = box.checked ? TEAM.shared(team.name) : TEAM.notShared(team.name);
      await this.feed.refresh();
    });
    return element('label', { class: 'check' }, box, TEAM.share(team.name));
  }

  async #createRule() {
    await this.#attempt(async () => {
      await send('POST', `/api/teams/${byId('team-choice').value}/alerts`, {
        indicator: byId('team-indicator').value,
        threshold: threshold(),
        window: byId('team-window').value,
        channel: 'live',
      });
      if (!this.#stopped) {
        byId('announcement').textContent = 'Rule added.';
        await this.feed.refresh();
      }
    });
  }

  #ruleRow(path, rule) {
    const [name, format] = INDICATORS[rule.indicator] ?? [rule.indicator, plain];
    const button = element('button', { type: 'button', class: 'quiet' }, 'Delete');
    const words = `${name}, at least ${format(rule.threshold)}`;
    button.setAttribute('aria-label', `Delete the rule: ${words}`);
    button.onclick = () => this.#attempt(async () => {
      await send('DELETE', `${path}/alerts/${rule.rule_id}`);
      if (this.#stopped) return;
      byId('announcement').textContent = 'Rule deleted.';
      await this.feed.refresh();
      byId('team-indicator').focus();
    });
    const target = rule.channel === 'webhook' ? `sent to ${rule.host}` : 'shown here';
    return element('li', {}, element('span', { class: 'title' }, words), element('span', { class: 'amount' }, button),
      element('span', { class: 'more' }, `Over ${WINDOWS[rule.window] ?? rule.window}; ${target}.`));
  }

  async #attempt(request) {
    byId('team-problem').textContent = '';
    try {
      await request();
    } catch (problem) {
      if (this.#stopped) return;
      byId('team-problem').textContent = problem instanceof Problem ? problem.message : 'This page failed. Reload it.';
    }
  }
}

/** Builds the cards above the last seven days, and returns their parts that change. */
function page() {
  const of = {
    sentence: element('p', { class: 'sentence', 'data-testid': 'team-sentence' }),
    indicators: element('ol', { class: 'indicators', 'data-body': '', 'data-testid': 'team-indicators' }),
    weeks: shape('svg', { role: 'img', class: 'weeks', height: 200 }),
    consent: element('div', { 'data-body': '' }),
    newName: element('input', { id: 'team-name', maxlength: '100', autocomplete: 'off', required: '' }),
  };
  of.create = element('form', { 'data-next': '', id: 'team-create', novalidate: '' },
    element('label', { for: 'team-name' }, TEAM.newTeam), of.newName,
    element('button', { type: 'submit', class: 'main' }, TEAM.create));
  const card = (id, title, aside, ...content) => element('section', {
    class: 'card', id, 'aria-labelledby': `${id}-title`,
  }, element('div', { class: 'head' }, element('h2', { id: `${id}-title` }, title),
    aside ? element('p', { 'data-body': '' }, aside) : ''), ...content);
  for (const id of ['team-summary', 'team-cards', 'team-consent']) byId(id)?.remove();
  byId('team').before(
    element('div', { id: 'team-summary' }, of.create, element('div', { class: 'lead-in', 'data-body': '' },
      of.sentence, element('p', {}, TEAM.evidence))),
    element('div', { class: 'page', id: 'team-cards' },
      card('team-compare', TEAM.compare, TEAM.legend, of.indicators),
      card('team-weeks', TEAM.weeks, TEAM.weeksAside, element('div', { 'data-body': '' }, of.weeks))));
  byId('team').after(card('team-consent', TEAM.consent, '', of.consent,
    element('p', { class: 'hint', 'data-body': '' }, TEAM.consentHint)));
  return of;
}

const isLead = (team) => LEADS.includes(team.role);

/** Returns the threshold in whole steps, without floating-point noise. */
function threshold() {
  const [, , , , step] = INDICATORS[byId('team-indicator').value];
  return Number((Math.round(Number(byId('team-threshold').value) / step) * step).toFixed(2));
}

function bounds() {
  const [, , min, max, step, unit] = INDICATORS[byId('team-indicator').value];
  Object.assign(byId('team-threshold'), { min, max, step });
  byId('team-threshold').value = Math.min(max, 4 * step);
  byId('team-unit').textContent = unit;
}

/** Shows a row for each day: a bar by active time, hatched for time in flow, next to the same figures and their ±. */
function week(windows, from, privacy) {
  const byStart = new Map(windows.map((one) => [Date.parse(one.start), one]));
  const most = Math.max(1, ...windows.map((one) => one.active_seconds ?? 0));
  const rows = Array.from({ length: WEEK_DAYS }, (_, i) => {
    const start = from.getTime() + i * DAY_MS;
    const one = byStart.get(start);
    const head = element('th', { scope: 'row' }, day.format(start));
    if (one?.status !== 'released') {
      return element('tr', {}, head, element('td', { colspan: 5, class: 'empty' }, missing(one, start)));
    }
    const flow = one.active_seconds > 0 ? clamp(one.seconds_in_flow / one.active_seconds) : 0;
    return element('tr', {}, head,
      element('td', {}, `${count(one.members)} or more`),
      element('td', {}, withMargin(one.active_seconds, one.active_seconds_margin, 3600, ' h')),
      element('td', { class: 'bar-cell' }, bar(one.active_seconds / most, flow)),
      element('td', {}, withMargin(one.seconds_in_flow, one.seconds_in_flow_margin, 3600, ' h')),
      element('td', {}, withMargin(one.interruptions, one.interruptions_margin, 1, '')));
  });
  byId('team-week').replaceChildren(
    element('table', {},
      element('caption', { class: 'for-readers' }, 'The team\'s last seven days, in UTC'),
      element('thead', {}, element('tr', {}, columnHead('Day'), columnHead('Members'), columnHead('Active'),
        columnHead('', 'As a bar'), columnHead('In flow'), columnHead('Interruptions'))),
      element('tbody', {}, ...rows)),
    element('p', { class: 'more' }, noiseText(windows, privacy)));
}

function missing(window, start) {
  if (window?.status === 'budget_spent') return 'privacy budget of the month spent';
  const isDue = start + DAY_MS + RELEASED_AFTER_MS <= Date.now();
  return isDue ? 'too few consenting members' : 'released a day later';
}

/** Explains the noise, and shows the mean of the shown days, whose margin is smaller. */
function noiseText(windows, privacy) {
  const released = windows.filter((one) => one.status === 'released');
  const text = ['± contains the exact sum on 19 of 20 days: noise hides each member.'];
  if (released.length > 1) {
    const mean = released.reduce((sum, one) => sum + one.active_seconds, 0) / released.length;
    const squares = released.reduce((sum, one) => sum + one.active_seconds_margin ** 2, 0);
    text.push(`Mean active time a day: ${withMargin(mean, Math.sqrt(squares) / released.length, 3600, ' h')}.`);
  }
  if (privacy) {
    text.push(`Privacy budget of ${privacy.month}: ρ ${number.format(privacy.rho_spent)} of`
      + ` ${number.format(privacy.rho_per_month)} spent.`);
  }
  return text.join(' ');
}

/** Sums with noise may be negative; what is shown is not. */
function withMargin(value, margin, unit, name) {
  return `${number.format(Math.max(0, value) / unit)} ± ${number.format(margin / unit)}${name}`;
}

function bar(length, flow) {
  const whole = element('div', { class: 'bar', 'aria-hidden': 'true' }, element('div', { class: 'bar-flow' }));
  whole.style.width = `${Math.round(100 * clamp(length))}%`;
  whole.firstChild.style.width = `${Math.round(100 * flow)}%`;
  return whole;
}

function insightRow(insight) {
  const [, format] = INDICATORS[insight.id] ?? [insight.id, plain];
  const { estimate } = insight.numbers;
  return element('li', { 'data-insight': insight.id },
    element('span', { class: 'title' }, insight.text),
    element('span', { class: 'amount' }, insight.stands_out ? '◆ notable' : ''),
    element('span', { class: 'more' }, `95 % interval ${format(estimate.low)} to ${format(estimate.high)}; `
      + `${count(insight.data_points)} observations, ${dates(insight)}; confidence ${percent(insight.confidence)}.`));
}

function alertRow(alert) {
  const [, format] = INDICATORS[alert.indicator] ?? [alert.indicator, plain];
  return element('li', { 'data-alert': alert.alert_id },
    element('span', { class: 'title' }, alert.text),
    element('span', { class: 'amount' }, day.format(Date.parse(alert.to) - 1)),
    element('span', { class: 'more' },
      `Threshold ${format(alert.threshold)}, over ${WINDOWS[alert.window] ?? alert.window}.`
      + (alert.delivery ? ` Webhook: ${alert.delivery.status.replaceAll('_', ' ')}.` : '')));
}

const dates = (of) => day.formatRange(Date.parse(of.from), Date.parse(of.to));

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function plain(of) {
  return number.format(of);
}
