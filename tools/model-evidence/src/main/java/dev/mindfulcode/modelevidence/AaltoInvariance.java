package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Invariance checks of a model on typists of all speeds: it must not measure speed, saturate, vary within a person, or
 * depend on single batches.
 */
final class AaltoInvariance {
    /** Keystrokes until the window is full and readings count. */
    private static final int WARM_KEYSTROKES = 100;

    private static final int PASSES_TO_KNOW_THE_PERSON = 4;
    /** Bound of intervals inside bursts; longer ones are pauses. */
    private static final int BURST_BOUND_MS = 2_000;

    private static final double[] SCALES = {0.8, 1.25};

    /**
     * The result of one model.
     *
     * @param speedCorrelation correlation of a participant's mean intensity with words per minute
     * @param retestCorrelation correlation over participants of odd with even sentences, as separate sessions
     * @param scalingDelta mean |Δ| of a participant's mean intensity when their intervals inside bursts are scaled by
     *     0.8 and 1.25, their baseline known
     */
    record Result(
            int participants,
            double speedCorrelation,
            double speedRankCorrelation,
            double retestCorrelation,
            double lowest,
            double p5,
            double median,
            double p95,
            double highest,
            double saturated,
            double droppedDelta,
            double duplicatedDelta,
            double lateDelta,
            double scalingDelta,
            double scalingDeltaWorst) {}

    private record Key(long atMs, int intervalMs, int keyClass) {}

    private final FlowModel model;
    private final int batchKeystrokes;
    private final double loss;

    AaltoInvariance(FlowModel model, Protocol protocol) {
        this.model = model;
        this.batchKeystrokes = protocol.whole("aalto.batch.keystrokes");
        this.loss = protocol.number("aalto.batch.loss");
    }

    Result evaluate(List<AaltoTyping> everybody) {
        List<double[]> rows = new ArrayList<>();
        List<Double> readings = new ArrayList<>();
        for (AaltoTyping typing : everybody) {
            List<Key> keys = keys(typing.sections());
            double speed = typing.sections().stream()
                    .mapToDouble(AaltoTyping.Section::wordsPerMinute)
                    .filter(wpm -> !Double.isNaN(wpm))
                    .average()
                    .orElse(Double.NaN);
            double[] own = intensities(keys, SessionState.fresh());
            if (own.length == 0 || Double.isNaN(speed)) {
                continue;
            }
            Arrays.stream(own).forEach(readings::add);
            double known = meanWhenKnown(keys, 1);
            double slower = Math.abs(meanWhenKnown(keys, SCALES[1]) - known);
            double faster = Math.abs(meanWhenKnown(keys, SCALES[0]) - known);
            rows.add(new double[] {
                mean(own),
                speed,
                mean(intensities(keys(everyOther(typing, 0)), SessionState.fresh())),
                mean(intensities(keys(everyOther(typing, 1)), SessionState.fresh())),
                delta(keys, Fault.DROPPED),
                delta(keys, Fault.DUPLICATED),
                delta(keys, Fault.LATE),
                (slower + faster) / 2,
                Math.max(slower, faster)
            });
        }
        double[] sorted =
                readings.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        long saturated = Arrays.stream(sorted).filter(i -> i < 0.02 || i > 0.98).count();
        return new Result(
                rows.size(),
                correlation(column(rows, 0), column(rows, 1)),
                correlation(ranks(column(rows, 0)), ranks(column(rows, 1))),
                correlation(column(rows, 2), column(rows, 3)),
                sorted[0],
                sorted[(int) (sorted.length * 0.05)],
                sorted[sorted.length / 2],
                sorted[(int) (sorted.length * 0.95)],
                sorted[sorted.length - 1],
                (double) saturated / sorted.length,
                mean(column(rows, 4)),
                mean(column(rows, 5)),
                mean(column(rows, 6)),
                mean(column(rows, 7)),
                Arrays.stream(column(rows, 8)).max().orElse(Double.NaN));
    }

    private static List<AaltoTyping.Section> everyOther(AaltoTyping typing, int from) {
        List<AaltoTyping.Section> sections = new ArrayList<>();
        for (int i = from; i < typing.sections().size(); i += 2) {
            sections.add(typing.sections().get(i));
        }
        return sections;
    }

    private static List<Key> keys(List<AaltoTyping.Section> sections) {
        List<Key> keys = new ArrayList<>();
        long before = -1;
        for (AaltoTyping.Section section : sections) {
            for (int i = 0; i < section.atMs().length; i++) {
                long at = section.atMs()[i];
                if (before >= 0 && at < before) {
                    continue; // sentences that overlap in time: a few rows of the sample
                }
                long interval = before < 0 ? 0 : at - before;
                keys.add(new Key(at, (int) Math.min(interval, Integer.MAX_VALUE), section.keyClasses()[i]));
                before = at;
            }
        }
        return keys;
    }

    /** Returns the intensity after each key from the hundredth. */
    private double[] intensities(List<Key> keys, byte[] state) {
        SessionState session = new SessionState(model).wrap(state);
        FlowReading reading = new FlowReading();
        double[] intensities = new double[Math.max(keys.size() - WARM_KEYSTROKES, 0)];
        for (int i = 0; i < keys.size(); i++) {
            Key key = keys.get(i);
            session.keystroke(key.atMs(), key.intervalMs(), key.keyClass(), -1);
            if (i >= WARM_KEYSTROKES) {
                session.read(reading);
                intensities[i - WARM_KEYSTROKES] = reading.intensity();
            }
        }
        return intensities;
    }

    private double meanWhenKnown(List<Key> keys, double scale) {
        List<Key> scaled = new ArrayList<>(keys.size());
        long at = keys.getFirst().atMs();
        for (Key key : keys) {
            boolean typing = key.intervalMs() * SCALES[1] < BURST_BOUND_MS;
            int interval = typing ? (int) Math.round(key.intervalMs() * scale) : key.intervalMs();
            at += interval;
            scaled.add(new Key(at, interval, key.keyClass()));
        }
        byte[] state = SessionState.fresh();
        for (int pass = 0; pass < PASSES_TO_KNOW_THE_PERSON; pass++) {
            intensities(scaled, state);
            state = SessionState.freshAfter(state);
        }
        return mean(intensities(scaled, state));
    }

    private enum Fault {
        DROPPED,
        DUPLICATED,
        LATE
    }

    /**
     * Returns the mean |Δ| of intensity at the end of each batch of both runs, when a random twentieth of the batches
     * is lost, sent twice or swapped with the next. Duplicates are removed as in the pipeline, so they must not matter.
     */
    private double delta(List<Key> keys, Fault fault) {
        List<List<Key>> batches = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += batchKeystrokes) {
            batches.add(keys.subList(from, Math.min(from + batchKeystrokes, keys.size())));
        }
        Random random = new Random(keys.size());
        boolean[] hit = new boolean[batches.size()];
        for (int i = 0; i < hit.length; i++) {
            hit[i] = random.nextDouble() < loss;
        }
        SessionState clean = new SessionState(model).wrap(SessionState.fresh());
        SessionState faulty = new SessionState(model).wrap(SessionState.fresh());
        byte[] seen = dev.mindfulcode.flowengine.SequenceRanges.empty();
        FlowReading a = new FlowReading();
        FlowReading b = new FlowReading();
        double sum = 0;
        int count = 0;
        for (int i = 0; i < batches.size(); i++) {
            apply(clean, batches.get(i));
            boolean late = fault == Fault.LATE && hit[i] && i + 1 < batches.size();
            if (late) {
                apply(faulty, batches.get(i + 1));
                apply(faulty, batches.get(i));
                apply(clean, batches.get(++i));
            } else if (!(fault == Fault.DROPPED && hit[i])) {
                int copies = fault == Fault.DUPLICATED && hit[i] ? 2 : 1;
                for (int copy = 0; copy < copies; copy++) {
                    if (!dev.mindfulcode.flowengine.SequenceRanges.contains(seen, i)) {
                        seen = dev.mindfulcode.flowengine.SequenceRanges.add(seen, i);
                        apply(faulty, batches.get(i));
                    }
                }
            } else {
                continue;
            }
            clean.read(a);
            faulty.read(b);
            sum += Math.abs(a.intensity() - b.intensity());
            count++;
        }
        return count == 0 ? 0 : sum / count;
    }

    private static void apply(SessionState session, List<Key> keys) {
        for (Key key : keys) {
            session.keystroke(key.atMs(), key.intervalMs(), key.keyClass(), -1);
        }
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static double[] column(List<double[]> rows, int column) {
        return rows.stream().mapToDouble(row -> row[column]).toArray();
    }

    /** Returns Pearson's correlation over the pairs without NaN. */
    static double correlation(double[] x, double[] y) {
        int n = 0;
        double sx = 0;
        double sy = 0;
        for (int i = 0; i < x.length; i++) {
            if (!Double.isNaN(x[i]) && !Double.isNaN(y[i])) {
                n++;
                sx += x[i];
                sy += y[i];
            }
        }
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            if (!Double.isNaN(x[i]) && !Double.isNaN(y[i])) {
                double dx = x[i] - sx / n;
                double dy = y[i] - sy / n;
                xy += dx * dy;
                xx += dx * dx;
                yy += dy * dy;
            }
        }
        return xy / Math.sqrt(xx * yy);
    }

    static double[] ranks(double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
        double[] ranks = new double[values.length];
        for (int rank = 0; rank < order.length; rank++) {
            ranks[order[rank]] = rank;
        }
        return ranks;
    }
}
