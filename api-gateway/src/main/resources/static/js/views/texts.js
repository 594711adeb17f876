// The words of the views that are loaded when they are shown, in one place for translators.

import { formatDate } from '../zone.js';

const DAY_AND_MONTH = { day: 'numeric', month: 'long' };

export const dayAndMonth = (date) => formatDate(date, DAY_AND_MONTH);

export const WEEK = {
  before: 'The week before',
  after: 'The week after',
  now: 'This week',
  your: 'Your week',
  best: 'shaded: your best hours',
  ended: 'How flow ended',
  times: (of) => (of === 1 ? 'once' : `${of} times`),
  outside: 'Outside your usual hours',
  inFlow: (flow, isOver) => `${flow} in flow${isOver ? '' : ' so far'}`,
  since: (date) => `, the most since the week of ${dayAndMonth(date)}.`,
  mostIn: (weeks) => `, the most in ${weeks} weeks.`,
  more: (amount) => `, ${amount} more than in a usual week.`,
  less: (amount) => `, ${amount} less than in a usual week.`,
  likeUsual: ', as in a usual week.',
  noFlow: (active, isOver) => `No flow${isOver ? '' : ' yet'}; ${active} of typing.`,
  morning: 'Most of it before noon.',
  afternoon: 'Most of it after noon.',
  share: (now, before, change, low, high, samples) =>
    `On the mean day ${now} in flow, the week before ${before} (difference ${change} points, 95 %: ${low} to ${high}, `
    + `${samples} days).`,
  through: (day, now, before) => `Through ${day}: ${now}; the week before ${before}.`,
  column: (day, flow, active) => `${day}: ${flow} in flow, ${active} of typing`,
  columnEnds: (ends) => `, flow ended ${ends === 1 ? 'once' : `${ends} times`}`,
  noMinutes: '0 min',
  noColumn: (day) => `${day}: no typing`,
  back: (value, low, high, of) => `Flow is back after ${value} in the middle (${low} – ${high}, n = ${of}).`,
  noEnds: 'No flow period has ended in this week.',
  amountOutside: (outside, active) => `${outside} of ${active}.`,
  usualHours: (hours) => `Your usual hours contain nine tenths of your typing: ${hours}.`,
  usualShare: (share, usual) => `${share} of the week, ${usual} of the half-year.`,
  noUsualHours: (days, min) => `No usual hours yet (${days} of ${min} days).`,
  noTyping: (isOver) => (isOver ? 'No typing in this week.'
    : 'No typing yet this week. It appears here seconds after your editor sends some.'),
};

export const TRENDS = {
  title: 'Trends',
  range: 'Range',
  ranges: { month: '30 days', quarter: 'Quarter', year: 'Year' },
  weeks: 'Share of flow, by week',
  slope: (value, low, high) => `${value} points a week (95 %: ${low} to ${high})`,
  asTable: 'Show as a table',
  weekColumns: ['Week of', 'In flow', 'Active', 'Share'],
  week: (date, share, flow) => `Week of ${date}: ${share}, ${flow} in flow`,
  weeksSummary: (weeks, low, high) =>
    `Share of active time in flow in ${weeks} weeks, from ${low} to ${high}. The table below has the same figures.`,
  latest: 'latest week',
  soFar: 'so far',
  hours: 'When flow happens',
  heatCaption: 'Mean time in flow of each hour, by day of the week',
  heatMost: (most) => `of each hour, at most ${most}`,
  weekday: 'Day',
  ofHour: (time) => (time.startsWith('0 ') ? 'no flow' : `${time} of the hour`),
  best: (hours) => `${hours.join(', ')}: intensity above your mean with its whole interval, by 5 points or more.`,
  noBest: 'No hour is above your mean by 5 points or more beyond chance.',
  days: 'Each day',
  less: 'less',
  moreOpens: 'more flow · opens the day',
  day: (name, flow) => `${name}: ${flow} in flow`,
  noDay: (name) => `${name}: no typing`,
  split: 'Split',
  splits: { project: 'Project', language: 'Language', editor: 'Editor' },
  without: 'without one',
  months: 'Months',
  flowAndShare: 'flow · share of active',
  noTyping: 'No typing in this time.',
};

export const NEW_PASSWORD = {
  title: 'Set a new password',
  label: 'New password',
  hint: '8 characters or more, not one that is easily guessed. All sign-ins of the account are revoked.',
  save: 'Set the password and sign in',
  show: 'Show password',
  failed: 'This page failed. Open the link again.',
};

export const ACCOUNT = {
  title: 'Profile',
  name: 'Name',
  email: 'E-mail',
  confirm: 'Your password, to confirm the new address',
  zone: 'Time zone of your days',
  save: 'Save',
  saving: 'Saving …',
  saved: 'Saved.',
  failed: 'This page failed. Reload it.',
  password: 'Password',
  current: 'Current password',
  next: 'New password',
  passwordHint: '8 characters or more, not one that is easily guessed. All other sign-ins are revoked.',
  change: 'Change password',
  show: 'Show passwords',
  passwordChanged: 'Changed. All other sign-ins are revoked.',
  flow: 'What counts as flow',
  sensitivity: 'Stricter to more generous',
  share: (percent) => `At most ${percent} % of your own typing of the last weeks may count as flow.`,
  flowHint: 'It applies to open and later sessions. What is past stays as it was.',
};

export const TEAM = {
  compare: 'Compared with the eight weeks before',
  legend: '◆ now with its 95 % interval, ❘ before',
  was: (before) => `was ${before}`,
  rule: (from) => `rule: from ${from}`,
  weeks: 'Time in flow a day',
  weeksAside: 'all members together, mean of each week ± 95 %',
  week: (date, mean, margin) => `week of ${date}: ${mean} ± ${margin} h`,
  weeksSummary: (weeks) => `Mean time in flow a day, all members together: ${weeks.join('; ')}.`,
  nothing: 'Nothing is unusual against the eight weeks before.',
  notYet: 'Not enough released days yet.',
  evidence: 'Figures are about groups of consenting members, never about one of them. A day is released with noise, '
    + '24 hours after its end, if at least five members shared all of it.',
  premium: 'Team figures need the premium plan.',
  noTeam: 'You are not in a team yet.',
  newTeam: 'Name of a new team',
  create: 'Create a team',
  created: (team) => `You own the team ${team}.`,
  missing: 'Not enough data yet: figures need weeks of released days, above their noise.',
  noWeeks: 'No week with three released days yet.',
  consent: 'What you share',
  share: (team) => `Count me in the figures of ${team}`,
  consentHint: 'A change applies from the next midnight (UTC). Leaving a team ends it at once.',
  shared: (team) => `You share with ${team} from the next midnight (UTC).`,
  notShared: (team) => `You no longer share with ${team}.`,
};
