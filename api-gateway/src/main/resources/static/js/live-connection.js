// The live connection: a WebSocket that is reopened when it closes, when it falls silent, and when the computer or the
// network wakes up.

import { send } from './api.js';
import { siteUrl } from './root.js';
import { measure } from './server-time.js';

const RETRY_DELAY_MS_MIN = 500;
const RETRY_DELAY_MS_MAX = 30_000;
const CHECK_INTERVAL_MS = 1_000;
/** A silent connection is pinged, and abandoned without a pong: at most 10 s after the last message. */
const PING_AFTER_MS = 3_500;
const PONG_TIMEOUT_MS = 3_500;
const OPEN_TIMEOUT_MS = 10_000;
/** A longer time between checks means that the computer slept. */
const SLEPT_MS = 5_000;
const TOKEN_EXPIRED = 4401;

/**
 * Calls on(message) for each message, and onLink(state) when the state changes: `waiting` while the connection is
 * opened or checked, `on`, `lost` after a failed attempt, `off` once ended. Returns a function that ends the
 * connection.
 */
export function connect(on, onLink) {
  let socket = null;
  let opening = false;
  let ended = false;
  let link = null;
  let failures = 0;
  let retryTimer = 0;
  let startedAt = 0;
  let heardAt = 0;
  let pingedAt = 0;
  let checkedAt = Date.now();

  function setLink(state) {
    if (state === link) return;
    link = state;
    onLink(state);
  }

  async function open() {
    clearTimeout(retryTimer);
    retryTimer = 0;
    if (ended || opening || socket) return;
    if (link !== 'lost') setLink('waiting');
    opening = true;
    let ticket;
    try {
      // An address is logged on its way: it has a ticket of one use, not the token.
      ({ ticket } = await send('POST', '/api/live/tickets'));
    } catch {
      opening = false;
      retry();
      return;
    }
    opening = false;
    if (ended) return;
    const address = siteUrl('/ws');
    address.protocol = address.protocol.replace('http', 'ws');
    address.searchParams.set('ticket', ticket);
    socket = new WebSocket(address);
    startedAt = performance.now();
    socket.onopen = () => {
      heard();
      ping(); // measures the server's clock
    };
    socket.onmessage = (event) => {
      heard();
      failures = 0;
      let message;
      try {
        message = JSON.parse(event.data);
      } catch {
        return;
      }
      if (message.type === 'pong') pong(message);
      else on(message);
    };
    socket.onclose = (event) => {
      socket = null;
      if (event.code === TOKEN_EXPIRED && failures === 0) open();
      else retry();
    };
  }

  let pingSentAt = 0;

  function ping() {
    pingedAt = performance.now();
    pingSentAt = Date.now();
    socket.send('{"type":"ping"}');
  }

  function pong(message) {
    if (pingSentAt && Number.isFinite(message.at)) measure(message.at, pingSentAt, Date.now());
    pingSentAt = 0;
  }

  function heard() {
    heardAt = performance.now();
    pingedAt = 0;
    setLink('on');
  }

  function check() {
    const sleptMs = Date.now() - checkedAt;
    checkedAt = Date.now();
    // Browsers slow the timers of hidden pages down to one a minute.
    if (sleptMs > SLEPT_MS && document.visibilityState === 'visible') {
      reopen();
      return;
    }
    const now = performance.now();
    if (!socket) return;
    if (socket.readyState === WebSocket.CONNECTING) {
      if (now - startedAt > OPEN_TIMEOUT_MS) {
        abandon();
        retry();
      }
    } else if (pingedAt && now - pingedAt > PONG_TIMEOUT_MS) {
      abandon();
      setLink('waiting');
      open();
    } else if (!pingedAt && now - heardAt > PING_AFTER_MS) {
      ping();
    }
  }

  /** Drops the socket. A browser reports a close only after a handshake with the server, which may be gone. */
  function abandon() {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
    pingedAt = 0;
  }

  function retry() {
    if (ended) return;
    setLink('lost');
    const delay = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** Math.min(failures, 10));
    failures++;
    // With jitter, so that not all clients come back to a restarted server at once.
    retryTimer = setTimeout(open, delay * (0.5 + Math.random() / 2));
  }

  function reopen() {
    if (ended) return;
    failures = 0;
    if (socket) {
      abandon();
      setLink('waiting');
    }
    open();
  }

  /** Checks the connection when the page becomes visible. */
  function onVisible() {
    if (document.visibilityState !== 'visible' || ended) return;
    checkedAt = Date.now();
    if (!socket) {
      reopen();
    } else if (socket.readyState === WebSocket.OPEN && performance.now() - heardAt > PING_AFTER_MS) {
      setLink('waiting');
      ping();
    }
  }

  const checker = setInterval(check, CHECK_INTERVAL_MS);
  addEventListener('online', reopen);
  document.addEventListener('resume', reopen);
  document.addEventListener('visibilitychange', onVisible);
  open();

  return () => {
    ended = true;
    clearTimeout(retryTimer);
    clearInterval(checker);
    removeEventListener('online', reopen);
    document.removeEventListener('resume', reopen);
    document.removeEventListener('visibilitychange', onVisible);
    if (socket) abandon();
    setLink('off');
  };
}
