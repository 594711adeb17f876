// The account of the signed-in user, loaded once. Days and times are those of its zone.

import { get, onSignedOut } from './api.js';
import { setZone } from './zone.js';

let held = null;
const listeners = new Set();

/** Returns the account, and sets its zone. */
export async function account() {
  held ??= await get('/api/account');
  setZone(held.time_zone);
  return held;
}

/** Holds a changed account; calls listeners if its zone is another, and with it all days. */
export function accountChanged(changed) {
  const isZone = held !== null && held.time_zone !== changed.time_zone;
  held = changed;
  setZone(held.time_zone);
  if (isZone) listeners.forEach((listener) => listener());
}

/** Calls a listener when the zone has changed; returns a function that ends this. */
export function onZoneChanged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

onSignedOut(() => { held = null; });
