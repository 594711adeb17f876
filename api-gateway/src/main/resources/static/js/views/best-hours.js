// Hours above one's mean by more than chance explains, and by enough to matter.

/** A smaller effect, of 100, is not worth planning by. */
const EFFECT_MIN = 0.05;

/** Returns whether an hour of `/api/flow/patterns` is a peak that matters. */
export const isBest = ({ intensity, peak }, mean) => peak && intensity.value - mean >= EFFECT_MIN;

/** @param patterns of `/api/flow/patterns`, or null; returns spans of hours as `[from, to]` */
export function bestHours(patterns) {
  if (!patterns) return [];
  const { hours, mean_intensity: mean } = patterns.peak_hours;
  const spans = [];
  for (const one of hours) {
    const { hour } = one;
    if (!isBest(one, mean)) continue;
    if (spans.at(-1)?.[1] === hour) spans.at(-1)[1]++;
    else spans.push([hour, hour + 1]);
  }
  return spans;
}
