// The words of the day, its chart and the frame around the views, in one place for translators.

import { LOCALE } from './locale.js';
import { formatDate } from './zone.js';

const list = new Intl.ListFormat(LOCALE, { type: 'conjunction' });

const range = (low, high) => (low === high ? low : `${low} – ${high}`);

export const weekday = (date) => formatDate(date, { weekday: 'long' });

export const TITLES = {
  welcome: 'Mindful Code',
  day: 'Mindful Code',
  week: 'Week – Mindful Code',
  trends: 'Trends – Mindful Code',
  sessions: 'Sessions – Mindful Code',
  insights: 'Insights – Mindful Code',
  questions: 'Questions – Mindful Code',
  team: 'Team – Mindful Code',
  connect: 'Connect – Mindful Code',
  settings: 'Settings – Mindful Code',
  'new-password': 'New password – Mindful Code',
  receipt: 'Erasure receipt – Mindful Code',
};

/** Causes that end a flow period, as tags. */
export const CAUSES = {
  idle: 'pause',
  context_switch: 'switches',
  left_window: 'left the window',
  errors: 'corrections',
  rhythm_lost: 'rhythm let go',
  session_ended: 'session ended',
  unknown: 'unknown cause',
};

/** The same as a sentence. */
export const CAUSE_SENTENCES = {
  idle: 'Ended by a pause.',
  context_switch: 'Ended by switches.',
  left_window: 'Ended by leaving the window.',
  errors: 'Ended amid corrections.',
  rhythm_lost: 'The rhythm let go.',
  session_ended: 'Ended with the session.',
  unknown: 'The cause is unknown.',
};

/** Reasons why minutes were not in flow. */
export const REASONS = {
  warming_up: 'warming up',
  below_own_range: 'below your own usual range',
  struggling: 'amid many corrections or failed builds',
  fragmented: 'amid many switches',
  away: 'away from the window',
  paused: 'up to a pause',
};

export const DAY = {
  before: 'The day before',
  after: 'The day after',
  now: 'Today',
  flow: 'In flow',
  active: 'Active',
  longest: 'Longest stretch',
  interruptions: 'Interruptions',
  inFlow: (flow, isToday) => `${flow} in flow${isToday ? ' so far' : ''}`,
  more: (amount, day) => `, ${amount} more than your usual ${day}.`,
  less: (amount, day) => `, ${amount} less than your usual ${day}.`,
  likeUsual: (day) => `, as on a usual ${day}.`,
  noFlow: (active, isToday) => (isToday ? `No flow yet today; ${active} of typing.` : `No flow, ${active} of typing.`),
  evidence: ({ longest, when, keystrokes, sessions }) => [
    longest ? `Longest stretch ${longest}, ${when}.` : '',
    `${list.format([keystrokes, sessions])}.`,
  ].filter(Boolean).join(' '),
  keystrokes: (of, text) => `${text} keystroke${of === 1 ? '' : 's'}`,
  sessions: (of, text) => `${text} session${of === 1 ? '' : 's'}`,
  onUsual: (day) => ` on your usual ${day}`,
  asUsual: (low, high) => `as usual (${range(low, high)})`,
  usually: (day, low, high) => `usual ${day}: ${range(low, high)}`,
  noUsual: (day, days, min) => `no usual ${day} yet (${days} of ${min})`,
  zone: (zone) => `Times of ${zone.replaceAll('_', ' ')}.`,
  reasons: (parts) => `Not in flow: ${parts.join(', ')}.`,
  reason: (of, reason) => `${of} min ${REASONS[reason] ?? reason}`,
  noTyping: (isToday) => (isToday ? 'No typing yet today. It appears here seconds after your editor sends some.'
    : 'No typing on this day.'),
  noStretches: (isToday) => (isToday ? 'No flow periods yet today.' : 'No flow periods on this day.'),
  noSessions: (isToday) => (isToday
    ? 'No sessions yet today. They begin when an editor sends its first keystrokes.' : 'No sessions on this day.'),
  noProject: 'without a project',
  otherProjects: 'all others',
  share: (flow, share) => `${flow} · ${share} %`,
  open: 'in flow',
};

export const CHART = {
  cursor: 'The day, minute by minute',
  flowEnded: (at, length) => `${at} · flow ended after ${length}`,
  minute: (from, to) => `${from} – ${to}`,
  nothing: 'no typing',
  intensity: (state, intensity) => `${state}, intensity ${intensity}`,
  inFlow: 'in flow',
  active: 'not in flow',
  resumed: (at) => `Flow again at ${at}.`,
  summary: (from, to, minutes, periods, sessions) =>
    `From ${from} to ${to}: ${minutes} minutes with typing, ${periods} flow periods, ${sessions} sessions; `
    + 'listed below. Arrow keys move a cursor.',
};

export const CONNECT = {
  here: 'this page',
  editor: 'browser',
  begin: 'Type above, and your curve begins.',
  nothingSent: 'Nothing has been sent yet.',
  typed: (of, text, seconds) => `${text} keystroke${of === 1 ? '' : 's'} · ${seconds} s`,
  firstReading: (seconds) => `First estimate after ${seconds} s.`,
  failed: 'This page failed. Reload it.',
  nameNeeded: 'Name the key, for example after the machine: laptop.',
  copy: 'Copy',
  copied: 'Copied',
  revoke: 'Revoke',
  revokeNamed: (name) => `Revoke ${name}`,
  revokeSure: (name) => `Revoke ${name}? Editors that use it send nothing any more.`,
  seen: (when) => `Last seen ${when}.`,
  unused: 'Not used yet.',
  waiting: 'Waiting for the first keystrokes from your editor',
  listening: 'listening',
  received: 'Keystrokes arrive from your editor',
  connected: 'connected',
};

/** The names of views in the bar. */
export const VIEWS = {
  trends: 'Trends',
  sessions: 'Sessions',
  insights: 'Insights',
  questions: 'Questions',
  team: 'Team',
  connect: 'Connect',
  settings: 'Settings',
};
