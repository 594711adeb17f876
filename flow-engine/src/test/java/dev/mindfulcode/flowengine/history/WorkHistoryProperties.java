package dev.mindfulcode.flowengine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.history.WorkHistory.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WorkHistoryProperties {
    private static final int[] FALLING_WITH_SILENCE = {
        WorkHistory.PRESENCE_1_MIN, WorkHistory.PRESENCE_2_MIN, WorkHistory.PRESENCE_5_MIN, WorkHistory.PRESENCE_60_MIN
    };
    private static final int[] UNCHANGED_BY_SILENCE = {
        WorkHistory.LN_S_SINCE_ENTER,
        WorkHistory.LN_S_SINCE_EDIT,
        WorkHistory.LN_RATE_5_MIN,
        WorkHistory.LN_RATE_60_MIN,
        WorkHistory.LN_S_SINCE_FOCUS_LOST,
        WorkHistory.LN_MIN_SINCE_GAP,
        WorkHistory.LN_MIN_OF_GAP,
        WorkHistory.HELD_RATE,
        WorkHistory.HELD_RATE_RECENT,
        WorkHistory.BREAKS_PER_ACTIVE_MIN
    };

    /** The oracle has all events and computes each number from its definition. */
    @Property(tries = 12)
    void featuresEqualTheirDefinitions(@ForAll long seed) {
        List<WorkDays.At> days = WorkDays.of(seed, 3_000);
        Random random = new Random(~seed);
        WorkHistory history = new WorkHistory();
        float[] features = new float[WorkHistory.FEATURES];
        List<WorkDays.At> known = new ArrayList<>();
        for (WorkDays.At event : days) {
            history.event(event.ms(), event.event());
            known.add(event);
            if (random.nextInt(60) == 0) {
                long at = event.ms() + random.nextInt(400_000);
                history.read(at, features);
                double[] expected = Definitions.at(known, at);
                for (int f = 0; f < expected.length; f++) {
                    assertThat((double) features[f]).as("feature %d", f).isCloseTo(expected[f], within(2e-3));
                }
            }
        }
        assertThat(history.outcomes()).isPositive();
    }

    @Property(tries = 12)
    void silenceMovesEachFeatureInOneDirection(@ForAll long seed) {
        WorkHistory history = new WorkHistory();
        float[] before = new float[WorkHistory.FEATURES];
        float[] after = new float[WorkHistory.FEATURES];
        for (WorkDays.At event : WorkDays.of(seed, 1_500)) {
            history.event(event.ms(), event.event());
        }
        for (long silenceMs = 0; silenceMs < 7_200_000; silenceMs += 7_000) {
            history.read(history.lastEventAtMs() + silenceMs, before);
            history.read(history.lastEventAtMs() + silenceMs + 7_000, after);
            assertThat(after[WorkHistory.LN_S_SINCE_ACTIVITY])
                    .isGreaterThanOrEqualTo(before[WorkHistory.LN_S_SINCE_ACTIVITY]);
            for (int f : FALLING_WITH_SILENCE) {
                assertThat(after[f]).as("feature %d", f).isLessThanOrEqualTo(before[f]);
            }
            for (int f : UNCHANGED_BY_SILENCE) {
                assertThat(after[f]).as("feature %d", f).isEqualTo(before[f]);
            }
        }
    }

    @Property(tries = 12)
    void lateEventsAndReadsChangeNothing(@ForAll long seed) {
        byte[] inOrder = WorkHistory.fresh();
        byte[] withLate = WorkHistory.fresh();
        WorkHistory history = new WorkHistory();
        float[] features = new float[WorkHistory.FEATURES];
        Random random = new Random(seed);
        for (WorkDays.At event : WorkDays.of(seed, 2_000)) {
            history.wrap(inOrder).event(event.ms(), event.event());
            history.wrap(withLate).event(event.ms(), event.event());
            history.event(event.ms() - 1 - random.nextInt(1_000_000), Event.ENTER);
            history.read(event.ms() + random.nextInt(1_000_000), features);
        }
        assertThat(withLate).isEqualTo(inOrder);
    }

    @Property(tries = 50)
    void damagedStatesAreRejectedOrReadable(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] state = WorkHistory.fresh();
        WorkHistory history = new WorkHistory().wrap(state);
        for (WorkDays.At event : WorkDays.of(seed, 300)) {
            history.event(event.ms(), event.event());
        }
        float[] features = new float[WorkHistory.FEATURES];
        for (int round = 0; round < 200; round++) {
            byte[] damaged = state.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            if (WorkHistory.isReadable(damaged, 0)) {
                WorkHistory read = new WorkHistory().wrap(damaged);
                for (long silenceMs = 0; silenceMs < 3; silenceMs++) {
                    read.event(read.lastEventAtMs() + silenceMs * silenceMs * 400_000, Event.EDIT);
                    read.read(read.lastEventAtMs() + silenceMs * 100_000, features);
                    for (float feature : features) {
                        assertThat(feature).isFinite();
                    }
                }
            }
        }
    }

    /** The features by definition, from all events so far, in double precision. */
    private static final class Definitions {
        static double[] at(List<WorkDays.At> events, long at) {
            double[] features = new double[WorkHistory.FEATURES];
            TreeMap<Long, TreeSet<Long>> secondsOfBins = new TreeMap<>();
            long enter = 0;
            long edit = 0;
            long focusLost = 0;
            for (WorkDays.At event : events) {
                secondsOfBins
                        .computeIfAbsent(event.ms() / WorkHistory.BIN_MS, _ -> new TreeSet<>())
                        .add(event.ms() / 1_000);
                enter = event.event() == Event.ENTER ? event.ms() : enter;
                edit = event.event() == Event.ENTER || event.event() == Event.EDIT ? event.ms() : edit;
                focusLost = event.event() == Event.FOCUS_LOST ? event.ms() : focusLost;
            }
            long last = events.getLast().ms();
            long bin = Math.max(at / WorkHistory.BIN_MS - 1, last / WorkHistory.BIN_MS);
            int[] minutes = {1, 2, 5, 60};
            for (int scale = 0; scale < 4; scale++) {
                double decay = Math.exp(-1.0 / (3 * minutes[scale]));
                double presence = 0;
                double rate = 0;
                for (var seconds : secondsOfBins.entrySet()) {
                    presence += (1 - decay) * Math.pow(decay, bin - seconds.getKey());
                    rate += (1 - decay)
                            * Math.pow(decay, last / WorkHistory.BIN_MS - seconds.getKey())
                            * seconds.getValue().size();
                }
                features[WorkHistory.PRESENCE_1_MIN + scale] = presence;
                if (scale >= 2) {
                    features[WorkHistory.LN_RATE_5_MIN + scale - 2] = Math.log1p(3 * rate);
                }
            }
            features[WorkHistory.LN_S_SINCE_ACTIVITY] = since(last, at);
            features[WorkHistory.LN_S_SINCE_ENTER] = since(enter, last);
            features[WorkHistory.LN_S_SINCE_EDIT] = since(edit, last);
            features[WorkHistory.LN_S_SINCE_FOCUS_LOST] = since(focusLost, last);
            history(events, features);
            return features;
        }

        private static double since(long time, long at) {
            return Math.log1p(time == 0 ? 86_400 : Math.min((at - time) / 1_000.0, 86_400));
        }

        private static void history(List<WorkDays.At> events, double[] features) {
            long began = events.getFirst().ms();
            long gap = 12 * 60 * 60_000;
            int breaks = 0;
            int bins = 0;
            List<Long> instants = new ArrayList<>();
            long due = began + 5 * 60_000;
            for (int i = 1; i < events.size(); i++) {
                long at = events.get(i).ms();
                long before = events.get(i - 1).ms();
                boolean newBin = at / WorkHistory.BIN_MS != before / WorkHistory.BIN_MS;
                bins += newBin ? 1 : 0;
                if (at - before >= WorkHistory.GAP_MS) {
                    breaks++;
                    gap = at - before;
                    began = at;
                    due = at + 5 * 60_000;
                } else if (newBin && at >= due) {
                    instants.add(at);
                    due = at + 5 * 60_000;
                }
            }
            double held = 0;
            double recent = WorkHistory.POPULATION_HELD_RATE;
            int outcomes = 0;
            double decay = Math.pow(0.5, 1.0 / WorkHistory.HALF_LIFE_OUTCOMES);
            for (long instant : instants) {
                Boolean outcome = outcome(events, instant);
                if (outcome != null) {
                    outcomes++;
                    held += outcome ? 1 : 0;
                    recent = recent * decay + (outcome ? 1 - decay : 0);
                }
            }
            features[WorkHistory.LN_MIN_SINCE_GAP] =
                    Math.log1p(Math.min((events.getLast().ms() - began) / 60_000.0, 1_440));
            features[WorkHistory.LN_MIN_OF_GAP] = Math.log1p(Math.min(gap / 60_000.0, 1_440));
            features[WorkHistory.HELD_RATE] = (held + WorkHistory.PRIOR_OUTCOMES * WorkHistory.POPULATION_HELD_RATE)
                    / (outcomes + WorkHistory.PRIOR_OUTCOMES);
            features[WorkHistory.HELD_RATE_RECENT] = recent;
            features[WorkHistory.BREAKS_PER_ACTIVE_MIN] =
                    3.0 * (breaks + WorkHistory.PRIOR_BREAKS) / (bins + WorkHistory.PRIOR_ACTIVE_BINS);
        }

        /** Whether the fifteen minutes after an instant have no gap of five; null if not known yet. */
        private static @org.jspecify.annotations.Nullable Boolean outcome(List<WorkDays.At> events, long instant) {
            long end = instant + WorkHistory.HORIZON_MS;
            long from = instant;
            for (WorkDays.At event : events) {
                if (event.ms() <= instant) {
                    continue;
                }
                if (Math.min(event.ms(), end) - from >= WorkHistory.GAP_MS) {
                    return false;
                }
                boolean newBin = event.ms() / WorkHistory.BIN_MS != from / WorkHistory.BIN_MS;
                if (event.ms() >= end && newBin) {
                    return true;
                }
                from = event.ms();
            }
            return null;
        }
    }
}
