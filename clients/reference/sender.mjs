#!/usr/bin/env node
// Reference sender for authors of editor extensions: Node 20, no packages. See docs/sending-keystrokes.md.
//   MINDFUL_API_KEY=... node sender.mjs QUEUE <keystrokes
// Reads one keystroke per line, "MILLISECONDS_SINCE_1970 CLASS", and ends when all are sent. QUEUE is a file that
// survives restarts.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const url = process.env.MINDFUL_URL ?? 'http://localhost:3001';
const file = process.argv[2];
const [BATCH_MAX, UPLOAD_MAX, FLUSH_MS, SESSION_GAP_MS] = [200, 100, 5_000, 30 * 60_000];
const queue = existsSync(file) ? JSON.parse(readFileSync(file)) : { session: '', sequence: 0, lastMs: 0, batches: [] };
let [times, classes, ended, attempts] = [[], '', false, 0];

function add(ms, keyClass) {
  if (times.length === BATCH_MAX || ms - queue.lastMs > SESSION_GAP_MS) close();
  if (ms - queue.lastMs > SESSION_GAP_MS) Object.assign(queue, { session: randomUUID(), sequence: 0 });
  queue.lastMs = Math.max(ms, queue.lastMs);
  times.push(queue.lastMs);
  classes += keyClass;
}

function close() { // from here on a batch is in the file, with the id that it keeps until it is answered
  if (times.length === 0) return;
  const intervals = times.map((ms, i) => (i === 0 ? 0 : ms - times[i - 1]));
  queue.batches.push({ batch_id: randomUUID(), session_id: queue.session, sequence: queue.sequence++,
    started_at: times[0], intervals_ms: intervals, key_classes: classes });
  [times, classes] = [[], ''];
  save();
}

function save() {
  writeFileSync(`${file}.new`, JSON.stringify(queue));
  renameSync(`${file}.new`, file);
}

async function post(path, body) {
  const headers = { authorization: `Bearer ${process.env.MINDFUL_API_KEY}`, 'content-type': 'application/json' };
  const options = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) };
  return fetch(url + path, options).catch(() => new Response(null, { status: 599 })); // no answer: as overloaded
}

async function send(count) { // returns how many milliseconds to wait before the next attempt
  const batches = queue.batches.slice(0, count);
  const answer = await post('/api/keystrokes', { sent_at: Date.now(), batches });
  if ([401, 410].includes(answer.status)) throw new Error(`answered ${answer.status}: get a new API key`);
  if ([408, 429].includes(answer.status) || answer.status >= 500) {
    const backoff = Math.min(60_000, 500 * 2 ** attempts++) * (0.5 + Math.random() / 2);
    return Math.max(1_000 * Number(answer.headers.get('retry-after') ?? 0), backoff);
  }
  if (answer.status >= 400 && count > 1) return send(1); // one batch may spoil the request
  const { rejected = [{ index: 0, type: `status ${answer.status}` }] } = await answer.json().catch(() => ({}));
  const kept = new Set();
  for (const { index, type } of rejected) {
    const batch = batches[index];
    const isUnknown = type.endsWith('unknown-session');
    if (isUnknown && (await post('/api/sessions/start', { session_id: batch.session_id })).ok) kept.add(batch);
    else console.error(`batch ${batch.batch_id} rejected: ${type}`);
  }
  queue.batches = [...batches.filter((batch) => kept.has(batch)), ...queue.batches.slice(batches.length)];
  attempts = 0;
  save();
  return 0;
}

createInterface({ input: process.stdin }).on('line', (line) => add(Number(line.split(' ')[0]), line.split(' ')[1]))
  .on('close', () => { ended = true; });
for (let closed = Date.now(); !ended || times.length > 0 || queue.batches.length > 0;) {
  if (ended || Date.now() - closed > FLUSH_MS) [closed] = [Date.now(), close()];
  await wait(queue.batches.length > 0 ? await send(UPLOAD_MAX) : 100);
}
