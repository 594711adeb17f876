// The live connection: a WebSocket that comes back by itself, ever more slowly, with a fresh token where that was the reason.

import { accessToken } from './api.js';

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 30_000;
const PING_MS = 20_000;
const SILENCE_MS_MAX = 50_000;
const TOKEN_EXPIRED = 4401;

/** Calls on(message) for each message, and onLink('on' | 'waiting' | 'off'). Returns what ends it. */
export function connect(on, onLink) {
  let socket = null;
  let failures = 0;
  let refused = null;
  let timer = 0;
  let pinger = 0;
  let heardAt = 0;
  let ended = false;

  async function open() {
    clearTimeout(timer);
    timer = 0;
    let token;
    try {
      token = await accessToken(refused);
    } catch {
      retry();
      return;
    }
    if (ended || socket) return;
    refused = null;
    const address = new URL('/ws', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    address.searchParams.set('token', token);
    let opened = false;
    socket = new WebSocket(address);
    socket.onopen = () => {
      opened = true;
      heardAt = Date.now();
      onLink('on');
      pinger = setInterval(ping, PING_MS);
    };
    socket.onmessage = (event) => {
      heardAt = Date.now();
      failures = 0;
      let message;
      try {
        message = JSON.parse(event.data);
      } catch {
        return;
      }
      on(message);
    };
    socket.onclose = (event) => {
      clearInterval(pinger);
      socket = null;
      // A refused handshake has no reason that a page may see: every other time the token is taken to be it.
      if (event.code === TOKEN_EXPIRED || (!opened && failures % 2 === 1)) refused = token;
      if (event.code === TOKEN_EXPIRED && failures === 0) {
        open();
      } else {
        retry();
      }
    };
  }

  function ping() {
    if (Date.now() - heardAt > SILENCE_MS_MAX) {
      socket.close();
    } else if (socket.readyState === WebSocket.OPEN) {
      socket.send('{"type":"ping"}');
    }
  }

  function retry() {
    if (ended) return;
    onLink('waiting');
    const wait = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(failures, 10));
    failures++;
    // Not all at once when a server comes back.
    timer = setTimeout(open, wait * (0.5 + Math.random() / 2));
  }

  function hurry() {
    if (!ended && !socket && timer && document.visibilityState === 'visible') {
      failures = 0;
      open();
    }
  }

  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  onLink('waiting');
  open();

  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(pinger);
    removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    socket?.close();
    onLink('off');
  };
}
