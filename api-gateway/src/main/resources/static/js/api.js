// Account and REST API. All tabs of this browser share the tokens. A refresh token is valid once: all requests in
// flight share one refresh, and one tab refreshes at a time while the others wait.

import { siteUrl } from './root.js';

const STORE = 'mindful-code.tokens';
const REFRESH_BEFORE_MS = 30_000;
const REQUEST_MS_MAX = 15_000;

/** An unsuccessful response, with the text of its problem document. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || 'The server did not answer as expected.');
    this.status = status;
    this.title = document.title;
    this.field = document.field;
  }
}

const signedOutListeners = new Set();
export const onSignedOut = (listener) => signedOutListeners.add(listener);

export const isSignedIn = () => tokens() !== null;

export async function signIn(email, password) {
  keep(await post('/api/auth/login', { email, password }));
}

export async function register(email, password) {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  keep(await post('/api/auth/register', timezone ? { email, password, timezone } : { email, password }));
}

/** Signs in with the secret of a link that works once. */
export async function redeemLink(secret) {
  keep(await post('/api/auth/link', { secret }));
}

/** Sets a new password with the secret of a link, and signs in. */
export async function resetPassword(secret, password) {
  keep(await post('/api/auth/password', { secret, new_password: password }));
}

/** Changes the password, which revokes all other sign-ins. */
export async function changePassword(current, next) {
  keep(await send('POST', '/api/account/password', { current_password: current, new_password: next }));
}

/** Signs out in this browser, then revokes the tokens on the server; fails if the server does not confirm that. */
export async function signOut() {
  const held = tokens();
  forget();
  if (held) await post('/api/auth/logout', { refresh_token: held.refresh });
}

function forget() {
  localStorage.removeItem(STORE);
  signedOutListeners.forEach((listener) => listener());
}

/** Reloads when another tab signed out or in as another user. */
addEventListener('storage', (event) => {
  if (event.key !== STORE) return;
  const user = (text) => (text ? JSON.parse(text).user : null);
  if (user(event.oldValue) !== user(event.newValue)) location.reload();
});

let refreshing = null;

/** Returns a valid access token; refreshes it if it expires soon or is the rejected one. */
async function accessToken(refused) {
  const held = tokens();
  if (isValid(held, refused)) return held.access;
  refreshing ??= alone(() => refresh(refused)).finally(() => { refreshing = null; });
  return refreshing;
}

const isValid = (held, refused) => held && held.access !== refused && held.until - Date.now() > REFRESH_BEFORE_MS;

async function refresh(refused) {
  const used = tokens();
  if (!used) throw signedOut();
  if (isValid(used, refused)) return used.access;
  try {
    const answer = await post('/api/auth/refresh', { refresh_token: used.refresh });
    const now = tokens();
    if (!now) throw signedOut(); // while the request was on its way
    return now.refresh === used.refresh ? keep(answer).access : now.access;
  } catch (problem) {
    const now = tokens();
    // Without locks another tab may have refreshed first.
    if (now && now.refresh !== used.refresh) return now.access;
    if (now && (problem.status === 401 || problem.status === 400)) forget();
    throw problem;
  }
}

const signedOut = () => new Problem(401, { title: 'Signed out' });

export const get = async (path, parameters = {}) =>
  body(await signed(`${path}?${new URLSearchParams(parameters)}`, {}));

export const send = async (method, path, value) => body(await signed(path, { method, ...json(value) }));

/** Downloads a file. */
export async function file(path, parameters) {
  const response = await signed(`${path}?${new URLSearchParams(parameters)}`, {});
  return response.ok ? response.blob() : body(response);
}

/**
 * Downloads an export, which may take long.
 *
 * @param onStarted is called with the id under which the server reports the progress
 * @param onBytes is called with how many bytes have arrived
 * @param cancelled a signal that ends it
 */
export async function exportFile(parameters, onStarted, onBytes, cancelled) {
  const response = await signed(`/api/privacy/export?${new URLSearchParams(parameters)}`, { signal: cancelled });
  if (!response.ok) return body(response);
  onStarted(response.headers.get('X-Export-Id'));
  const chunks = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    bytes += part.value.length;
    onBytes(bytes);
  }
  return new Blob(chunks, { type: response.headers.get('Content-Type') ?? '' });
}

/** Erases the account; resolves to the receipt. Signs out in this browser, since all tokens are revoked. */
export async function purge(password) {
  const { receipt } = await send('DELETE', '/api/privacy/purge', password ? { current_password: password } : undefined);
  localStorage.removeItem(STORE);
  return receipt;
}

/** Reads the progress of an erasure, for which the receipt is the credential. */
export const receiptOf = async (receipt) => body(await request(`/api/privacy/purge/${receipt}`, {}));

/** Downloads the signed form of a receipt. */
export async function signedReceipt(receipt) {
  const response = await request(`/api/privacy/purge/${receipt}/document`, {});
  return response.ok ? response.blob() : body(response);
}

/** Sends a request with the access token, and again with a fresh one after a 401. */
async function signed(url, options) {
  const authorised = (token) => request(url, {
    ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` },
  });
  const token = await accessToken();
  const first = await authorised(token);
  return first.status === 401 ? authorised(await accessToken(token)) : first;
}

const post = async (path, value) => body(await request(path, { method: 'POST', ...json(value) }));

const json = (value) => (value === undefined ? {}
  : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

async function request(path, options) {
  try {
    return await fetch(siteUrl(path), {
      cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(REQUEST_MS_MAX), ...options,
    });
  } catch {
    throw new Problem(0, { title: 'No answer', detail: 'The server cannot be reached. Is it running?' });
  }
}

async function body(response) {
  let value = {};
  if (response.status === 204) return value;
  try {
    value = await response.json();
  } catch {
    if (response.ok) throw new Problem(response.status, {});
  }
  if (!response.ok) throw new Problem(response.status, value);
  return value;
}

function keep(answer) {
  const held = {
    user: answer.user_id,
    access: answer.access_token,
    refresh: answer.refresh_token,
    until: Date.now() + answer.expires_in * 1000,
  };
  localStorage.setItem(STORE, JSON.stringify(held));
  return held;
}

function tokens() {
  try {
    return JSON.parse(localStorage.getItem(STORE));
  } catch {
    return null;
  }
}

/** Locks exist on https and localhost only; elsewhere two tabs that refresh at once get the same tokens. */
async function alone(work) {
  return navigator.locks ? navigator.locks.request(STORE, work) : work();
}
