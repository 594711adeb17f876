// Entry point: shows the sign-in form or the dashboard.

import { Problem, isSignedIn, onSignedOut, register, signIn, signOut } from './api.js';
import { Curve } from './curve.js';
import { CurrentFlow } from './current-flow.js';
import { Feed } from './feed.js';
import { FeedbackForm } from './feedback-form.js';
import { Invitations } from './invitations.js';
import { connect } from './live-connection.js';
import * as patterns from './patterns.js';
import * as pluginResults from './plugin-results.js';
import { Privacy } from './privacy.js';
import { Receipt } from './receipt.js';
import { Team } from './team.js';
import * as day from './today.js';

const DAY_INTERVAL_MS = 15_000;
const SOON_MS = 1_500;
/** Sums over months change slowly and cost more than those of a day. */
const PATTERNS_INTERVAL_MS = 600_000;
const PATTERNS_RETRY_MS = 15_000;
const LINKS = { on: 'Live', waiting: 'Connecting …', lost: 'No connection, trying again …', off: 'Not connected' };
const EMPTY_CURVE = {
  on: 'Type in your editor, and the curve begins.',
  waiting: 'Connecting …',
  lost: 'No connection, trying again …',
  off: '',
};

const byId = (id) => document.getElementById(id);

const RECEIPT = /^#receipt\/([\w-]{43})$/;
const TITLES = { privacy: 'Privacy – Mindful Code', receipt: 'Erasure receipt – Mindful Code' };

let stop = null;
let privacy = null;
let receipt = null;
let shown = null;

/** Shows the view of the address: the start page, one's flow, privacy, or the receipt of an erasure. */
function show() {
  if (location.hash === '#content') return; // the skip link
  const [, receiptId] = RECEIPT.exec(location.hash) ?? [];
  const signedIn = isSignedIn();
  const view = receiptId ? 'receipt' : !signedIn ? 'welcome' : location.hash === '#privacy' ? 'privacy' : 'dashboard';
  for (const name of ['welcome', 'dashboard', 'privacy', 'receipt']) byId(name).hidden = name !== view;
  byId('account').hidden = !signedIn;
  for (const name of ['dashboard', 'privacy']) {
    if (name === view) byId(`to-${name}`).setAttribute('aria-current', 'page');
    else byId(`to-${name}`).removeAttribute('aria-current');
  }
  document.title = TITLES[view] ?? 'Mindful Code';
  if (signedIn) stop ??= start();
  else {
    stop?.();
    stop = null;
  }
  if (view !== 'privacy') {
    privacy?.stop();
    privacy = null;
  } else privacy ??= new Privacy(showReceipt);
  if (view !== 'receipt') {
    receipt?.stop();
    receipt = null;
  } else receipt ??= new Receipt(receiptId);
  if (shown !== null && shown !== view) {
    if (view === 'privacy' || view === 'receipt') byId(`${view}-title`).focus();
    if (view === 'dashboard') dispatchEvent(new Event('resize')); // what was hidden had no size
  }
  shown = view;
}

/** Shows the receipt of an account that is being erased, instead of the start page. */
function showReceipt(receiptId) {
  location.hash = `#receipt/${receiptId}`;
  show();
}

function start() {
  for (const part of [day, patterns, pluginResults]) part.clear();
  const today = new Feed({
    cards: { today: 'Today', 'periods-card': 'Flow periods', 'sessions-card': 'Sessions' },
    load: day.load,
    show: day.show,
    empty: day.empty,
    isOver: day.isOver,
    intervalMs: DAY_INTERVAL_MS,
    retryMs: DAY_INTERVAL_MS,
  });
  const past = new Feed({
    cards: { patterns: 'Patterns' },
    load: patterns.load,
    show: patterns.show,
    intervalMs: PATTERNS_INTERVAL_MS,
    retryMs: PATTERNS_RETRY_MS,
  });
  const plugins = new Feed({
    cards: { 'runs-card': 'Plugin results' },
    load: pluginResults.load,
    show: pluginResults.show,
    empty: pluginResults.empty,
    intervalMs: DAY_INTERVAL_MS,
    retryMs: DAY_INTERVAL_MS,
  });
  const reloadSoon = () => today.refreshWithin(SOON_MS);
  const now = new CurrentFlow(day.nameOf, reloadSoon);
  const curve = new Curve(byId('curve'), byId('curve-table'), day.nameOf);
  const feedback = new FeedbackForm();
  const team = new Team();
  const invitations = new Invitations(() => team.feed.refresh());
  const feeds = [today, past, plugins, feedback.feed, team.feed, invitations.feed];
  const sessions = new Set();
  const disconnect = connect((message) => {
    if (message.type === 'flow_state_update') {
      // Updates of a paused or ended session repeat its last estimate.
      if (message.session.status === 'active') curve.add(message);
      now.add(message);
      if (!sessions.has(message.session_id)) {
        sessions.add(message.session_id);
        reloadSoon();
      }
    } else if (message.type === 'session_update') {
      reloadSoon();
    } else if (message.type === 'notification' && message.code === 'feedback_prompt') {
      feedback.show(message);
    } else if (message.type === 'team_alert') {
      team.announce(message);
    }
  }, (state) => {
    byId('link').dataset.state = state;
    byId('link-text').textContent = LINKS[state];
    curve.waitFor(EMPTY_CURVE[state]);
    now.link(state);
  });
  const wake = () => feeds.forEach((feed) => feed.wake());
  const redraw = () => [today, past].forEach((feed) => feed.redraw());
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  addEventListener('resize', redraw);

  return () => {
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', wake);
    removeEventListener('resize', redraw);
    disconnect();
    for (const part of [...feeds, curve, now, feedback, team, invitations]) part.stop();
    for (const part of [day, patterns, pluginResults]) part.clear();
  };
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
    show();
    // Focus alone would scroll the connection state out of view.
    byId('content').focus({ preventScroll: true });
    scrollTo(0, 0);
  } catch (problem) {
    const field = { email, password }[problem.field] ?? (problem.status === 401 ? password : null);
    const title = problem.title && problem.title !== problem.message ? `${problem.title}. ` : '';
    fault(field, problem instanceof Problem ? `${title}${problem.message}` : 'This page failed. Reload it.');
  } finally {
    busy(false);
  }
}

async function leave() {
  try {
    await signOut();
  } catch {
    if (!isSignedIn()) {
      byId('sign-in-problem').textContent = 'You are signed out in this browser, but the server did not confirm it. '
        + 'A new password signs out everywhere.';
    }
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
byId('sign-out').addEventListener('click', leave);
onSignedOut(() => {
  show();
  if (!byId('welcome').hidden) byId('email').focus();
});
addEventListener('hashchange', show);
document.addEventListener('visibilitychange', () => {
  privacy?.wake();
  receipt?.wake();
});

show();
