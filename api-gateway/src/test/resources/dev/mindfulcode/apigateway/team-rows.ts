// A row a window, for tests: {"key": "<start_ms>+<minutes>", "members": 5, "version": 2, "active_ms": 1234}.
@external("mindful", "team_windows")
declare function team_windows(address: usize, capacity: i32): i32;
@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const record = memory.data(80);
const text = memory.data(256);
let length: i32 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 && scope == 2 ? 0 : 1;
}
export function on_record(kind: i32, size: i32): i32 {
  if (team_windows(record, 80) < 80) return 1;
  length = 0;
  ascii('{"key":"');
  number(load<i64>(record));
  ascii("+");
  number((load<i64>(record, 8) - load<i64>(record)) / 60_000);
  ascii('","members":');
  number(load<i32>(record, 24) as i64);
  ascii(',"version":');
  number(load<i64>(record, 16));
  ascii(',"active_ms":');
  number(load<f64>(record, 32) as i64);
  ascii("}");
  emit_results(text, length);
  return 0;
}
export function on_window(startMs: i64, endMs: i64): i32 { return 0; }
export function result(): u64 { return 0; }

function number(value: i64): void {
  let divisor: i64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor > 0; divisor /= 10) store<u8>(text + (length++ as usize), 48 + ((value / divisor) % 10) as u8);
}
function ascii(part: string): void {
  for (let i = 0; i < part.length; i++) store<u8>(text + (length++ as usize), part.charCodeAt(i) as u8);
}
