// The first steps: type on this page, make a key for an editor, and see its first keystrokes arrive.

import { Problem, get, send } from '../api.js';
import { Curve } from '../curve.js';
import { Feed } from '../feed.js';
import { ago, count, element } from '../format.js';
import { classOf } from './key-classes.js';
import { siteUrl } from '../root.js';
import { CONNECT } from '../texts.js';

const INTERVAL_MS = 15_000;
const SEND_INTERVAL_MS = 2_000;
const KEYS_PER_BATCH_MAX = 500;
const CLASSES_SHOWN = 60;
const GAP_MS_MAX = 600_000;

const byId = (id) => document.getElementById(id);

export class Connect {
  feed = new Feed({
    cards: { 'keys-card': 'Your keys' },
    load: () => get('/api/keys'),
    show: ({ keys }) => this.#showKeys(keys),
    intervalMs: INTERVAL_MS,
    retryMs: INTERVAL_MS,
  });
  #curve = new Curve(byId('own-curve'), byId('own-table'), () => CONNECT.here);
  #session = null;
  #sequence = 0;
  #typed = [];
  #shown = [];
  #total = 0;
  #lastAt = 0;
  #firstAt = 0;
  #read = false;
  #sending = false;
  #stopped = false;
  #timer = setInterval(() => this.#flush(), SEND_INTERVAL_MS);

  get feeds() {
    return [this.feed];
  }

  constructor() {
    byId('type-here').onkeydown = (event) => this.#type(event);
    byId('key-form').onsubmit = (event) => {
      event.preventDefault();
      this.#createKey();
    };
    byId('key-copy').onclick = async () => {
      await navigator.clipboard?.writeText(byId('key-snippet').textContent);
      byId('key-copy').textContent = CONNECT.copied;
    };
    this.#curve.waitFor(CONNECT.begin);
  }

  /** Shows a live update: of what is typed here, or the first of an editor. */
  add(update) {
    if (update.session_id !== this.#session) {
      if (update.session.status === 'active') this.#arrived();
      return;
    }
    this.#curve.add(update);
    if (this.#read) return;
    this.#read = true;
    const seconds = Math.max(1, Math.round((Date.now() - this.#firstAt) / 1000));
    byId('type-result').textContent = CONNECT.firstReading(seconds);
  }

  /** Ends the session of this page, when another view is shown. */
  async leave() {
    byId('key-made').hidden = true;
    byId('key-snippet').textContent = '';
    if (!this.#session) return;
    await this.#flush();
    const session = this.#session;
    this.#session = null;
    this.#sequence = 0;
    try {
      await send('POST', `/api/sessions/${session}/end`, {});
    } catch {
      // It ends by itself after half an hour.
    }
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#curve.stop();
    this.feed.stop();
    this.#session = null;
    for (const id of ['type-count', 'type-classes', 'type-result', 'key-snippet', 'key-problem', 'keys']) {
      byId(id).replaceChildren();
    }
    byId('type-here').value = '';
    byId('type-json').textContent = CONNECT.nothingSent;
    byId('key-made').hidden = true;
    byId('key-form').reset();
    byId('arrival').dataset.state = 'waiting';
    byId('arrival-text').textContent = CONNECT.waiting;
    byId('arrival-tag').textContent = CONNECT.listening;
  }

  #type(event) {
    const letter = event.repeat || event.isComposing ? null : classOf(event);
    if (!letter) return;
    const now = Date.now();
    this.#firstAt ||= now;
    this.#typed.push({ at: now, after: this.#lastAt ? Math.min(GAP_MS_MAX, now - this.#lastAt) : 0, letter });
    this.#lastAt = now;
    this.#total++;
    this.#shown.push(letter);
    if (this.#shown.length > CLASSES_SHOWN) this.#shown.shift();
    byId('type-classes').replaceChildren(...this.#shown.map((one) => element('span', {}, one)));
    const seconds = Math.round((now - this.#firstAt) / 1000);
    byId('type-count').textContent = CONNECT.typed(this.#total, count(this.#total), seconds);
  }

  async #flush() {
    if (this.#sending || !this.#typed.length) return;
    this.#sending = true;
    const keys = this.#typed.splice(0, KEYS_PER_BATCH_MAX);
    try {
      this.#session ??= (await send('POST', '/api/sessions/start', { editor: CONNECT.editor })).session_id;
      const batch = {
        batch_id: crypto.randomUUID?.() ?? uuid(),
        session_id: this.#session,
        sequence: this.#sequence,
        started_at: keys[0].at - keys[0].after,
        intervals_ms: keys.map(({ after }) => after),
        key_classes: keys.map(({ letter }) => letter).join(''),
      };
      byId('type-json').textContent = `POST ${siteUrl('/api/keystrokes')}\n\n${JSON.stringify(batch, null, 2)
        .replace(/\[[^\]]*\]/g, (list) => list.replace(/\s+/g, ' '))}`;
      await send('POST', '/api/keystrokes', batch);
      this.#sequence++;
    } catch (problem) {
      const text = problem instanceof Problem ? problem.message : CONNECT.failed;
      if (!this.#stopped) byId('type-result').textContent = text;
    } finally {
      this.#sending = false;
    }
  }

  async #createKey() {
    const name = byId('key-name').value.trim();
    byId('key-problem').textContent = name ? '' : CONNECT.nameNeeded;
    if (!name) return byId('key-name').focus();
    try {
      const { key } = await send('POST', '/api/keys', { name, scope: 'ingest' });
      if (this.#stopped) return;
      byId('key-form').reset();
      byId('key-snippet').textContent = snippet(key);
      byId('key-copy').textContent = CONNECT.copy;
      byId('key-made').hidden = false;
      byId('key-snippet').focus();
    } catch (problem) {
      byId('key-problem').textContent = problem instanceof Problem ? problem.message : CONNECT.failed;
    }
    this.feed.refresh();
  }

  #showKeys(keys) {
    byId('keys').replaceChildren(...keys.map((key) => {
      const button = element('button', { type: 'button', class: 'quiet', 'aria-label': CONNECT.revokeNamed(key.name) },
        CONNECT.revoke);
      button.onclick = () => this.#revoke(key);
      const seen = key.last_used_at;
      return element('li', { 'data-key': key.key_id },
        element('span', { class: 'title' }, key.name), element('span', { class: 'amount' }, button),
        element('span', { class: 'more' }, seen
          ? CONNECT.seen(ago(seen, Math.max(0, Date.now() - Date.parse(seen)))) : CONNECT.unused));
    }));
  }

  async #revoke({ key_id: id, name }) {
    if (!confirm(CONNECT.revokeSure(name))) return;
    try {
      await send('DELETE', `/api/keys/${id}`);
    } catch (problem) {
      byId('key-problem').textContent = problem instanceof Problem ? problem.message : CONNECT.failed;
    }
    this.feed.refresh();
  }

  #arrived() {
    byId('arrival').dataset.state = 'received';
    byId('arrival-text').textContent = CONNECT.received;
    byId('arrival-tag').textContent = CONNECT.connected;
    this.feed.refreshWithin(SEND_INTERVAL_MS);
  }
}

/** Returns commands that start a session and send two seconds of typing. */
const snippet = (key) => `export MINDFUL_URL='${siteUrl('/').href.replace(/\/$/, '')}' MINDFUL_KEY='${key}'

session=$(curl -sf "$MINDFUL_URL/api/sessions/start" -H "Authorization: Bearer $MINDFUL_KEY" \\
  -H 'Content-Type: application/json' -d '{"editor": "shell"}' | sed 's/.*"session_id":"\\([^"]*\\)".*/\\1/')

curl -sf "$MINDFUL_URL/api/keystrokes" -H "Authorization: Bearer $MINDFUL_KEY" -H 'Content-Type: application/json' -d '{
  "batch_id": "'"$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)"'", "session_id": "'"$session"'",
  "sequence": 0, "started_at": '"$(date +%s)"'000,
  "intervals_ms": [0, 181, 164, 203, 150, 172, 166, 190, 158, 240], "key_classes": "LLLLSLLLLL"}'`;

/** Browsers have `crypto.randomUUID` on https and localhost only. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
