// Wires the page: who is signed in decides what is shown.

import { Problem, isSignedIn, onSignedOut, register, signIn, signOut } from './api.js';
import { Curve } from './curve.js';
import * as day from './day.js';
import { Invitations } from './invitations.js';
import { connect } from './live.js';
import { Now } from './now.js';
import * as patterns from './patterns.js';
import * as runs from './runs.js';
import { Say } from './say.js';
import { Team } from './team.js';

const DAY_MS = 15_000;
const SOON_MS = 1_500;
/** Sums over months change slowly, and cost more than those of a day. */
const PATTERNS_MS = 600_000;
const PATTERNS_AGAIN_MS = 60_000;
const LINKS = { on: 'Live', waiting: 'Connecting …', off: 'Not connected' };

const byId = (id) => document.getElementById(id);

let stop = null;

function showDashboard() {
  byId('welcome').hidden = true;
  byId('dashboard').hidden = false;
  byId('account').hidden = false;
  stop ??= start();
}

function showWelcome() {
  stop?.();
  stop = null;
  byId('welcome').hidden = false;
  byId('dashboard').hidden = true;
  byId('account').hidden = true;
}

function start() {
  let soon = 0;
  let last = null;
  let loading = false;
  let ended = false;

  async function reload() {
    soon = 0;
    if (ended || loading || document.hidden) return;
    loading = true;
    try {
      const loaded = await day.load();
      if (ended) return;
      last = loaded;
      day.show(last);
      byId('today-problem').textContent = '';
    } catch (problem) {
      if (!ended) byId('today-problem').textContent = `Today could not be brought up to date. ${words(problem)}`;
    } finally {
      loading = false;
    }
  }
  let lastPatterns = null;
  let patternsAt = -Infinity;
  async function reloadPatterns() {
    if (ended || document.hidden || performance.now() - patternsAt < PATTERNS_MS) return;
    patternsAt = performance.now();
    try {
      const loaded = await patterns.load();
      if (ended) return;
      lastPatterns = loaded;
      patterns.show(loaded);
      byId('patterns-problem').textContent = '';
    } catch (problem) {
      patternsAt += PATTERNS_AGAIN_MS - PATTERNS_MS;
      if (!ended) byId('patterns-problem').textContent = `Patterns could not be brought up to date. ${words(problem)}`;
    }
  }
  async function reloadRuns() {
    if (ended || document.hidden) return;
    try {
      const loaded = await runs.load();
      if (!ended) runs.show(loaded);
    } catch {
      // What is shown stays; it is asked for again soon.
    }
  }
  const reloadSoon = () => { soon ||= setTimeout(reload, SOON_MS); };

  day.clear();
  patterns.clear();
  runs.clear();
  const now = new Now(reloadSoon);
  const curve = new Curve(byId('curve'), byId('curve-table'));
  const say = new Say();
  const team = new Team();
  const invitations = new Invitations();
  const sessions = new Set();
  const disconnect = connect((message) => {
    if (message.type === 'flow_state_update') {
      curve.add(message);
      now.take(message);
      if (!sessions.has(message.session_id)) {
        sessions.add(message.session_id);
        reloadSoon();
      }
    } else if (message.type === 'session_update') {
      reloadSoon();
    } else if (message.type === 'notification' && message.code === 'feedback_prompt') {
      say.ask(message);
    } else if (message.type === 'team_alert') {
      team.take(message);
    }
  }, (state) => {
    byId('link').dataset.state = state;
    byId('link-text').textContent = LINKS[state];
  });
  const timer = setInterval(() => { reload(); reloadPatterns(); reloadRuns(); }, DAY_MS);
  const wake = () => { reload(); reloadPatterns(); reloadRuns(); };
  const redraw = () => {
    if (last) day.show(last);
    if (lastPatterns) patterns.show(lastPatterns);
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('resize', redraw);
  reload();
  reloadPatterns();
  reloadRuns();

  return () => {
    ended = true;
    clearTimeout(soon);
    clearInterval(timer);
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('resize', redraw);
    disconnect();
    curve.stop();
    now.stop();
    say.stop();
    team.stop();
    invitations.stop();
    day.clear();
    patterns.clear();
    runs.clear();
  };
}

function words(problem) {
  return problem instanceof Problem ? problem.message : 'Something went wrong on this page.';
}

async function enter(how) {
  const email = byId('email');
  const password = byId('password');
  const fault = (field, text) => {
    byId('sign-in-problem').textContent = text;
    for (const one of [email, password]) one.setAttribute('aria-invalid', String(one === field));
    field?.focus();
  };
  if (form.getAttribute('aria-busy') === 'true') return;
  fault(null, '');
  if (!email.value.trim() || !email.validity.valid) return fault(email, 'Please enter your e-mail address.');
  if (!password.value) return fault(password, 'Please enter your password.');
  busy(true);
  try {
    await how(email.value.trim(), password.value);
    form.reset();
    showDashboard();
    byId('content').focus();
  } catch (problem) {
    const field = { email, password }[problem.field] ?? (problem.status === 401 ? password : null);
    const title = problem.title && problem.title !== problem.message ? `${problem.title}. ` : '';
    fault(field, problem instanceof Problem ? `${title}${problem.message}` : words(problem));
  } finally {
    busy(false);
  }
}

function busy(yes) {
  form.setAttribute('aria-busy', String(yes));
  for (const id of ['sign-in', 'register']) byId(id).setAttribute('aria-disabled', String(yes));
}

const form = byId('sign-in-form');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  enter(signIn);
});
byId('register').addEventListener('click', () => enter(register));
byId('sign-out').addEventListener('click', signOut);
onSignedOut(() => {
  showWelcome();
  byId('email').focus();
});

if (isSignedIn()) showDashboard();
else showWelcome();
