// The latest estimate of each session, and which of them is shown. All times are by the browser's clock.

/** An older estimate is not current. */
export const CURRENT_MS_MAX = 90_000;
/** With two editors at once one stays shown until it has been silent for so long. */
const SWITCH_AFTER_MS = 15_000;
const SESSIONS_MAX = 16;

export class Readings {
  #bySession = new Map();
  #shown = null;

  /** Adds a live update of the given time. */
  add(update, at) {
    const before = this.#bySession.get(update.session_id);
    if (before && before.at > at) return;
    this.#bySession.delete(update.session_id);
    this.#bySession.set(update.session_id, {
      session: update.session_id,
      at,
      flow: update.flow_state,
      isActive: (update.session?.status ?? 'active') === 'active',
    });
    if (this.#bySession.size > SESSIONS_MAX) this.#bySession.delete(this.#bySession.keys().next().value);
  }

  /**
   * Returns the state at a time: `flow` or `still` with the current estimate and the number of other sessions that have
   * one; `quiet` with the last estimate if it is too old or its session has paused; or `none`.
   */
  at(now) {
    const all = [...this.#bySession.values()].sort((one, other) => other.at - one.at);
    const current = all.filter((reading) => reading.isActive && now - reading.at <= CURRENT_MS_MAX);
    if (!all.length) return { state: 'none', reading: null, others: 0 };
    if (!current.length) return { state: 'quiet', reading: all[0], others: 0 };
    const shown = current.find((reading) => reading.session === this.#shown);
    const stays = shown && (shown === current[0] || now - shown.at <= SWITCH_AFTER_MS);
    const reading = stays ? shown : current[0];
    this.#shown = reading.session;
    return { state: reading.flow.is_in_flow ? 'flow' : 'still', reading, others: current.length - 1 };
  }
}
