// Sessions as CSV by RFC 4180. Pure.

const COLUMNS = [
  'session_id', 'status', 'started_at', 'ended_at', 'project', 'language', 'editor', 'active_ms', 'flow_ms',
  'keystrokes', 'mean_intensity',
];

/** Returns a file whose cells no spreadsheet runs as formulas, as OWASP recommends. */
export const csvOf = (sessions) => [COLUMNS, ...sessions.map((session) => COLUMNS.map((name) => session[name] ?? ''))]
  .map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');

function cell(value) {
  const text = String(value);
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r\n]/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || isFormula ? `"${safe.replaceAll('"', '""')}"` : safe;
}
