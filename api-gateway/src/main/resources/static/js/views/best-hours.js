// Hours above one's mean by more than chance explains, and by enough to matter.

/** A smaller effect, of 100, is not worth planning by. */
const EFFECT_MIN = 0.05;

/** @param patterns of `/api/flow/patterns`, or null; returns spans of hours as `[from, to]` */
export function bestHours(patterns) {
  if (!patterns) return [];
  const { hours, mean_intensity: mean } = patterns.peak_hours;
  const spans = [];
  for (const { hour, intensity, peak } of hours) {
    if (!peak || intensity.value - mean < EFFECT_MIN) continue;
    if (spans.at(-1)?.[1] === hour) spans.at(-1)[1]++;
    else spans.push([hour, hour + 1]);
  }
  return spans;
}
