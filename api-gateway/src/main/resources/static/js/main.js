// Entry point: shows the sign-in form or the view of the address.

import { onZoneChanged } from './account.js';
import { Problem, isSignedIn, onSignedOut, redeemLink, register, signIn, signOut } from './api.js';
import { Curve } from './curve.js';
import { CurrentFlow } from './current-flow.js';
import { DayView } from './day-view.js';
import { FeedbackForm } from './feedback-form.js';
import { connect } from './live-connection.js';
import { current, follow, go } from './router.js';
import { TITLES, VIEWS } from './texts.js';

const SOON_MS = 1_500;
const LINKS = { on: 'Live', waiting: 'Connecting …', lost: 'No connection, trying again …', off: 'Not connected' };
const EMPTY_CURVE = {
  on: 'Type in your editor, and the curve begins.',
  waiting: 'Connecting …',
  lost: 'No connection, trying again …',
  off: '',
};
/** The element of each view, which is followed by its own id and `-title` for the heading that gets the focus. */
const PAGES = {
  welcome: 'welcome',
  day: 'dashboard',
  week: 'week-view',
  trends: 'trends-view',
  sessions: 'sessions-view',
  insights: 'insights-view',
  questions: 'questions-view',
  team: 'team-view',
  connect: 'connect-view',
  settings: 'privacy',
  'new-password': 'new-password-view',
  receipt: 'receipt',
};

const byId = (id) => document.getElementById(id);

/** Views that are loaded when they are first shown. Each has feeds to be woken, and ends with `stop`. */
const LOADED = {
  week: async () => new (await import('./views/week.js')).Week(),
  trends: async () => new (await import('./views/trends.js')).Trends(),
  sessions: async () => new (await import('./views/sessions.js')).Sessions(),
  insights: async () => new (await import('./views/patterns.js')).Insights(),
  questions: async () => new (await import('./views/plugin-results.js')).Questions(),
  team: async () => new (await import('./views/team.js')).Team(),
  connect: async () => new (await import('./views/connect.js')).Connect(),
  settings: async () => new (await import('./views/privacy.js')).Privacy(showReceipt),
};

/** Views of a span of time, from which one goes to the one before and after. */
const SPANS = ['day', 'week'];

/** The paths of the keys after a `g`. */
const GO = {
  d: '/', w: '/week', t: '/trends', e: '/sessions', i: '/insights', m: '/team', c: '/connect', s: '/settings',
};
const GO_TIMEOUT_MS = 1_500;

/** Views without the frame, which need no signed-in user. */
const OPEN = ['receipt', 'new-password'];

/** Views with charts, which are drawn for a width. */
const DRAWN = ['day', 'trends', 'insights', 'team'];

let running = null;
let receipt = null;
let shown = null;
let inFlow = false;
let goAt = -GO_TIMEOUT_MS;

/** Shows the view of the address; the start page to a user who is not signed in. */
function show() {
  if (location.hash === '#content') return; // the skip link
  const address = current();
  if (address.view === 'sign-in') {
    enterByLink(address.parameter);
    return;
  }
  const signedIn = isSignedIn();
  const view = OPEN.includes(address.view) || signedIn ? address.view : 'welcome';
  for (const [name, id] of Object.entries(PAGES)) byId(id).hidden = name !== view;
  const isFramed = signedIn && !OPEN.includes(view);
  byId('account').hidden = !isFramed;
  byId('bar').hidden = !isFramed;
  document.body.classList.toggle('framed', isFramed);
  for (const link of document.querySelectorAll('.views a')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  byId('days').hidden = !SPANS.includes(view);
  byId('view-name').hidden = SPANS.includes(view);
  byId('view-name').textContent = VIEWS[view] ?? '';
  title(view);
  if (!signedIn) {
    running?.stop();
    running = null;
  } else if (running) running.show(address, shown);
  else running = start(address);
  showReceiptOf(view === 'receipt' ? address.parameter : null);
  if (view === 'new-password' && address.parameter) newPassword(address.parameter);
  else if (view === 'new-password' && !byId(PAGES[view]).hasChildNodes()) go('/'); // reloaded without the secret
  if (shown !== null && shown !== view) {
    byId(`${PAGES[view]}-title`)?.focus({ preventScroll: true });
    scrollTo(0, 0);
    dispatchEvent(new Event('resize')); // what was hidden had no size
  }
  shown = view;
}

/** The tab's title says that one is in flow, since the page is mostly behind the editor. */
function title(view) {
  document.title = `${inFlow ? '◆ ' : ''}${TITLES[view]}`;
}

/** Shows the receipt of an account that is being erased, instead of the start page. */
function showReceipt(receiptId) {
  go(`/#receipt/${receiptId}`);
}

/** Follows a receipt, or none if the id is null. */
async function showReceiptOf(id) {
  if (receipt?.id === id) return;
  receipt?.followed?.stop();
  receipt = id === null ? null : { id, followed: null };
  if (id === null) return;
  const mine = receipt;
  const { Receipt } = await import('./views/receipt.js');
  if (receipt === mine) mine.followed = new Receipt(id);
}

/** Starts what runs while a user is signed in, and returns how to show another view and how to stop. */
function start(address) {
  const day = new DayView(address.view === 'day' ? address.parameter : null);
  const reloadSoon = () => day.feed.refreshWithin(SOON_MS);
  const nameOf = (session) => day.nameOf(session);
  const now = new CurrentFlow(nameOf, (isInFlow) => {
    inFlow = isInFlow;
    title(shown ?? 'day');
    reloadSoon();
  });
  const curve = new Curve(byId('curve'), byId('curve-table'), nameOf);
  const feedback = new FeedbackForm();
  const views = new Map([['day', day], ['feedback', feedback]]);
  const loading = new Set();
  const sessions = new Set();
  const alerts = new Set();
  let stopped = false;

  /** Loads the code of a view once; a page of an older build finds it no more, and is reloaded. */
  async function load({ view, parameter }) {
    if (view in LOADED && !views.has(view) && !loading.has(view)) {
      loading.add(view);
      try {
        const loaded = await LOADED[view]();
        if (stopped) loaded.stop();
        else views.set(view, loaded);
      } catch (problem) {
        console.error(problem);
        location.reload();
      }
    }
    const at = current();
    if (!stopped && at.view === view) {
      views.get(view)?.enter?.(at.parameter ?? parameter);
      wake();
    }
  }

  const disconnect = connect((message) => {
    if (message.type === 'flow_state_update') {
      // Updates of a paused or ended session repeat its last estimate.
      if (message.session.status === 'active') curve.add(message);
      now.add(message);
      views.get('connect')?.add(message);
      if (!sessions.has(message.session_id)) {
        sessions.add(message.session_id);
        reloadSoon();
      }
    } else if (message.type === 'session_update') {
      reloadSoon();
    } else if (message.type === 'notification' && message.code === 'feedback_prompt') {
      feedback.show(message);
    } else if (message.type === 'team_alert' && !alerts.has(message.alert_id)) { // may arrive twice
      alerts.add(message.alert_id);
      byId('announcement').textContent = `Alert: ${message.text}`;
      views.get('team')?.announce(message);
    }
  }, (state) => {
    byId('link').dataset.state = state;
    byId('link-text').textContent = LINKS[state];
    curve.waitFor(EMPTY_CURVE[state]);
    now.link(state);
  });
  const wake = () => {
    for (const view of views.values()) for (const feed of view.feeds) feed.wake();
  };
  const redraw = () => {
    for (const name of DRAWN) for (const feed of views.get(name)?.feeds ?? []) feed.redraw();
  };
  const endZone = onZoneChanged(() => {
    for (const [name, view] of views) if (name !== 'settings') for (const feed of view.feeds) feed.restart();
  });
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  addEventListener('resize', redraw);
  load(address);

  return {
    show(to, from) {
      if (from !== to.view) views.get(from)?.leave?.();
      load(to);
    },
    stop() {
      stopped = true;
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('online', wake);
      removeEventListener('resize', redraw);
      disconnect();
      endZone();
      for (const part of [...views.values(), curve, now]) part.stop();
    },
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

/** Signs in with a link that works once; after a failure one signs in with the password. */
async function enterByLink(secret) {
  let fault = '';
  try {
    await redeemLink(secret ?? '');
  } catch (problem) {
    fault = problem instanceof Problem ? problem.message : 'This page failed. Open the link again.';
  }
  go('/');
  byId('sign-in-problem').textContent = fault;
}

async function newPassword(secret) {
  const { showNewPassword } = await import('./views/new-password.js');
  showNewPassword(secret, () => go('/'));
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
for (const id of ['sign-out', 'sign-out-here']) byId(id).addEventListener('click', leave);
onSignedOut(() => {
  show();
  if (!byId('welcome').hidden) byId('email').focus();
});
follow(show);
addEventListener('keydown', (event) => {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
  const isTyping = event.target.closest('input, select, textarea, [role="slider"]');
  if (!isPlain || isTyping || byId('account').hidden) return;
  const isGo = event.timeStamp - goAt < GO_TIMEOUT_MS;
  goAt = event.key === 'g' ? event.timeStamp : -GO_TIMEOUT_MS;
  if (isGo && event.key in GO) go(GO[event.key]);
  else if (event.key === 't') go('/');
  else if (SPANS.includes(shown)) {
    const link = { ArrowLeft: 'day-before', ArrowRight: 'day-after' }[event.key];
    if (link && !byId(link).hidden) byId(link).click();
  }
});
document.addEventListener('visibilitychange', () => {
  receipt?.followed?.wake();
});

show();
