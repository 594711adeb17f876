// How long it takes to be in flow again after an interruption, by the local week of the interruption.
//
// A row a week, told again whenever it changes: {"key": "2026-01-26", "interruptions": 9, "resumed": 7, "mean_minutes": 12, "within_15_minutes": 5}.
// The key is the week's Monday. An interruption is a period of flow that ended otherwise than with its session; it is resumed when the user is
// in flow again, in whichever session, within four hours of the last reading in flow. What takes longer is another piece of work.

@external("mindful", "flow_analysis")
declare function flow_analysis(address: usize, capacity: i32): i32;

@external("mindful", "emit_results")
declare function emit_results(address: usize, length: i32): i32;

const RESUMED_WITHIN_MS: i64 = 4 * 3_600_000;
const SOON_MS: i64 = 15 * 60_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

// The record, docs/plugin-abi.md.
const RECORD_BYTES: i32 = 120;
const record = memory.data(120);
const AT_MS: usize = 0;
const SESSION_ID: usize = 8;
const IS_IN_FLOW: usize = 25;
const UTC_OFFSET_MIN: usize = 26;
const FLOW_DURATION_MS: usize = 56;
const INTERRUPTIONS: usize = 112;

// Sessions last seen. Each: id, interruptions so far, its last reading in flow, when it was last seen.
const SESSIONS_MAX: i32 = 32;
const SESSION_BYTES: usize = 40;
const sessions = memory.data(1280);

// The weeks last seen, by their number modulo 16. Each: number + 1, interruptions, resumed, milliseconds, soon.
const WEEKS_MAX: i64 = 16;
const WEEK_BYTES: usize = 40;
const weeks = memory.data(640);

const text = memory.data(256);
let length: i32 = 0;

// The interruption that nobody has come back from yet; 0 where there is none.
let interruptedAt: i64 = 0;
let interruptedWeek: i64 = 0;

let interruptions: i64 = 0;
let resumed: i64 = 0;
let lagMs: i64 = 0;

export function init(abiVersion: i32, scope: i32, fromMs: i64, toMs: i64): i32 {
  return abiVersion == 1 ? 0 : 1;
}

export function on_record(kind: i32, size: i32): i32 {
  if (flow_analysis(record, RECORD_BYTES) < RECORD_BYTES) return 1;
  const at = load<i64>(record, AT_MS);
  const session = slot();
  const known = load<i64>(session, 16);
  const now = load<i64>(record, INTERRUPTIONS);
  if (now > known) {
    store<i64>(session, now, 16);
    const lastInFlow = load<i64>(session, 24);
    // A period between two readings was never seen in flow: it ends where it is told.
    interrupted(lastInFlow == 0 ? at : lastInFlow);
  }
  if (load<u8>(record, IS_IN_FLOW) != 0) {
    const began = at - load<i64>(record, FLOW_DURATION_MS);
    if (interruptedAt != 0 && began >= interruptedAt) resume(began - interruptedAt);
    store<i64>(session, at, 24);
  }
  store<i64>(session, at, 32);
  return 0;
}

export function on_window(startMs: i64, endMs: i64): i32 {
  return 0;
}

export function result(): u64 {
  length = 0;
  ascii('{"interruptions":');
  number(interruptions);
  ascii(',"resumed":');
  number(resumed);
  ascii(',"mean_minutes":');
  number(resumed == 0 ? 0 : lagMs / resumed / MINUTE_MS);
  ascii("}");
  return ((length as u64) << 32) | (text as u64);
}

// The session's slot, or that of the session that was seen longest ago, emptied.
function slot(): usize {
  let oldest = sessions;
  for (let i = 0; i < SESSIONS_MAX; i++) {
    const each = sessions + (i as usize) * SESSION_BYTES;
    if (
      load<i64>(each, 32) != 0 &&
      load<u64>(each) == load<u64>(record, SESSION_ID) &&
      load<u64>(each, 8) == load<u64>(record, SESSION_ID + 8)
    ) {
      return each;
    }
    if (load<i64>(each, 32) < load<i64>(oldest, 32)) oldest = each;
  }
  store<u64>(oldest, load<u64>(record, SESSION_ID));
  store<u64>(oldest, load<u64>(record, SESSION_ID + 8), 8);
  store<i64>(oldest, 0, 16);
  store<i64>(oldest, 0, 24);
  return oldest;
}

function interrupted(at: i64): void {
  const offsetMs = (load<i16>(record, UTC_OFFSET_MIN) as i64) * MINUTE_MS;
  const day = floorDiv(at + offsetMs, DAY_MS);
  interruptedAt = at;
  interruptedWeek = floorDiv(day + 3, 7); // 1 January 1970 was a Thursday
  const row = weeks + (floorMod(interruptedWeek, WEEKS_MAX) as usize) * WEEK_BYTES;
  if (load<i64>(row) != interruptedWeek + 1) {
    store<i64>(row, interruptedWeek + 1);
    store<i64>(row, 0, 8);
    store<i64>(row, 0, 16);
    store<i64>(row, 0, 24);
    store<i64>(row, 0, 32);
  }
  store<i64>(row, load<i64>(row, 8) + 1, 8);
  interruptions++;
  tell(row);
}

function resume(lag: i64): void {
  interruptedAt = 0;
  if (lag > RESUMED_WITHIN_MS) return;
  const row = weeks + (floorMod(interruptedWeek, WEEKS_MAX) as usize) * WEEK_BYTES;
  store<i64>(row, load<i64>(row, 16) + 1, 16);
  store<i64>(row, load<i64>(row, 24) + lag, 24);
  if (lag <= SOON_MS) store<i64>(row, load<i64>(row, 32) + 1, 32);
  resumed++;
  lagMs += lag;
  tell(row);
}

function tell(row: usize): void {
  const back = load<i64>(row, 16);
  length = 0;
  ascii('{"key":"');
  date((load<i64>(row) - 1) * 7 - 3);
  ascii('","interruptions":');
  number(load<i64>(row, 8));
  ascii(',"resumed":');
  number(back);
  ascii(',"mean_minutes":');
  number(back == 0 ? 0 : load<i64>(row, 24) / back / MINUTE_MS);
  ascii(',"within_15_minutes":');
  number(load<i64>(row, 32));
  ascii("}");
  emit_results(text, length);
}

// Days since 1 January 1970 as a date; years begin in March here, so that the leap day comes last.
function date(day: i64): void {
  const shifted = day + 719_468;
  const era = floorDiv(shifted, 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const month = (5 * dayOfYear + 2) / 153;
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  number(yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0));
  ascii(calendarMonth < 10 ? "-0" : "-");
  number(calendarMonth);
  const dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1;
  ascii(dayOfMonth < 10 ? "-0" : "-");
  number(dayOfMonth);
}

function number(value: i64): void {
  let divisor: i64 = 1;
  while (value / divisor >= 10) divisor *= 10;
  for (; divisor > 0; divisor /= 10) {
    store<u8>(text + (length++ as usize), 48 + ((value / divisor) % 10) as u8);
  }
}

function ascii(part: string): void {
  for (let i = 0; i < part.length; i++) {
    store<u8>(text + (length++ as usize), part.charCodeAt(i) as u8);
  }
}

function floorDiv(value: i64, by: i64): i64 {
  const quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

function floorMod(value: i64, by: i64): i64 {
  return value - floorDiv(value, by) * by;
}
