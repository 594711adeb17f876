// The account and the REST API. Tokens are shared by all tabs of this browser: a refresh token may be used once only, so that one
// tab refreshes at a time and the others take over what it got.

const STORE = 'mindful-code.tokens';
const REFRESH_BEFORE_MS = 30_000;
const REQUEST_MS_MAX = 15_000;

/** An answer that is no success, with the words of its problem document. */
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

export function signOut() {
  localStorage.removeItem(STORE);
  signedOutListeners.forEach((listener) => listener());
}

/** Another tab signed out, or in as somebody else. */
addEventListener('storage', (event) => {
  if (event.key !== STORE) return;
  const user = (text) => (text ? JSON.parse(text).user : null);
  if (user(event.oldValue) !== user(event.newValue)) location.reload();
});

/** An access token that is good for a while yet; asks for a new one where it is not, or where that one was refused. */
export async function accessToken(refused) {
  const held = tokens();
  if (held && held.access !== refused && held.until - Date.now() > REFRESH_BEFORE_MS) return held.access;
  return alone(async () => {
    const now = tokens();
    if (!now) throw new Problem(401, { title: 'Signed out' });
    if (now.access !== refused && now.until - Date.now() > REFRESH_BEFORE_MS) return now.access;
    try {
      return keep(await post('/api/auth/refresh', { refresh_token: now.refresh })).access;
    } catch (problem) {
      if (problem instanceof Problem && (problem.status === 401 || problem.status === 400)) signOut();
      throw problem;
    }
  });
}

export const get = async (path, parameters = {}) => body(await signed(`${path}?${new URLSearchParams(parameters)}`, {}));

export const send = async (method, path, value) => body(await signed(path, { method, ...json(value) }));

/** As a file to keep, whatever it is. */
export async function file(path, parameters) {
  const response = await signed(`${path}?${new URLSearchParams(parameters)}`, {});
  return response.ok ? response.blob() : body(response);
}

/** With the access token; once more with a fresh one where that was refused. */
async function signed(url, options) {
  const authorised = (token) => request(url, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  const token = await accessToken();
  const first = await authorised(token);
  return first.status === 401 ? authorised(await accessToken(token)) : first;
}

const post = async (path, value) => body(await request(path, { method: 'POST', ...json(value) }));

const json = (value) => (value === undefined ? {}
  : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

async function request(url, options) {
  try {
    return await fetch(url, {
      ...options, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(REQUEST_MS_MAX),
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

/** Locks exist on https and localhost only; elsewhere two tabs that refresh at once may have to sign in again. */
function alone(work) {
  return navigator.locks ? navigator.locks.request(STORE, work) : work();
}
