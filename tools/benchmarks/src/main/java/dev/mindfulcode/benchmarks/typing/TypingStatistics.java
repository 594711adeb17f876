package dev.mindfulcode.benchmarks.typing;

import static dev.mindfulcode.benchmarks.typing.TypingModel.PAUSE_MS;

import dev.mindfulcode.schemas.KeyClass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures by which simulated typing is compared with measured typing: the same code reads both. */
public final class TypingStatistics {

    private static final int DELETE = KeyClass.DELETE.code();
    private static final int HELD = KeyClass.OTHER.code();
    private static final int MICRO_PAUSE_MS_MAX = 15_000;
    private static final double[] PROBABILITIES = {0.05, 0.25, 0.5, 0.75, 0.95};

    private final Numbers intervals = new Numbers();
    private final Numbers dwells = new Numbers();
    private final Numbers heldDwells = new Numbers();
    private final Numbers pauses = new Numbers();
    private final Numbers bursts = new Numbers();
    private final Numbers lnMedians = new Numbers();
    private final Numbers variations = new Numbers();
    private final Numbers lagged = new Numbers();
    private final Numbers errorShares = new Numbers();
    private final Numbers rollovers = new Numbers();
    private final Numbers keysPerMinute = new Numbers();
    private final Numbers deleteRuns = new Numbers();
    private final long[] classes = new long[KeyClass.values().length];
    private long singleDeletes;
    private long longPauses;
    private long keystrokes;

    private TypingStatistics() {}

    /** Returns the figures by name, in the order of the table of docs/simulator.md. */
    public static Map<String, Double> of(List<Recording> people) {
        TypingStatistics statistics = new TypingStatistics();
        for (Recording person : people) {
            if (person.keystrokes() >= TypingFit.KEYSTROKES_MIN) {
                statistics.add(person);
            }
        }
        return statistics.figures();
    }

    private void add(Recording person) {
        Numbers own = new Numbers();
        Numbers lnOwn = new Numbers();
        double previous = Double.NaN;
        double products = 0;
        int inBurst = 0;
        int inRun = 0;
        long deletes = 0;
        long rolled = 0;
        long activeMs = 0;
        for (int i = 0; i < person.keystrokes(); i++) {
            int key = person.keyClasses()[i];
            classes[key]++;
            int dwell = person.dwellsMs()[i];
            if (dwell > 0) {
                (key == HELD ? heldDwells : dwells).add(dwell);
            }
            if (key == DELETE) {
                deletes++;
                inRun++;
            } else if (inRun > 0) {
                endRun(inRun);
                inRun = 0;
            }
            if (i > 0) {
                long interval = person.pressMs()[i] - person.pressMs()[i - 1];
                boolean heldBefore = person.keyClasses()[i - 1] == HELD;
                rolled += !heldBefore && person.dwellsMs()[i - 1] > interval ? 1 : 0;
                if (interval > PAUSE_MS) {
                    pauses.add((double) interval);
                    longPauses += interval > MICRO_PAUSE_MS_MAX ? 1 : 0;
                    bursts.add(inBurst);
                    inBurst = 0;
                } else {
                    own.add((double) interval);
                    lnOwn.add(Math.log((double) Math.max(interval, 1)));
                    activeMs += interval;
                }
            }
            inBurst++;
        }
        bursts.add(inBurst);
        double mean = lnOwn.mean();
        for (int i = 1; i < person.keystrokes(); i++) {
            long interval = person.pressMs()[i] - person.pressMs()[i - 1];
            double current = interval > PAUSE_MS ? Double.NaN : Math.log((double) Math.max(interval, 1)) - mean;
            products += Double.isNaN(current) || Double.isNaN(previous) ? 0 : current * previous;
            previous = current;
        }
        own.each(intervals::add);
        lnMedians.add(Math.log(own.quantile(0.5)));
        variations.add(own.deviation() / own.mean());
        lagged.add(products / (lnOwn.size() * lnOwn.deviation() * lnOwn.deviation()));
        errorShares.add((double) deletes / person.keystrokes());
        rollovers.add((double) rolled / person.keystrokes());
        keysPerMinute.add(own.size() * 60_000.0 / activeMs);
        keystrokes += person.keystrokes();
    }

    private void endRun(int length) {
        deleteRuns.add(length);
        singleDeletes += length == 1 ? 1 : 0;
    }

    private Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        quantiles(figures, "interval within a burst, ms", intervals);
        figures.put("median interval of a person, ms: geometric mean", Math.exp(lnMedians.mean()));
        figures.put("median interval of a person: sd of its logarithm", lnMedians.deviation());
        figures.put("coefficient of variation of a person's intervals: median", variations.quantile(0.5));
        figures.put("lag-1 correlation of a person's log-intervals: median", lagged.quantile(0.5));
        figures.put("keystrokes a minute within bursts: median", keysPerMinute.quantile(0.5));
        quantiles(figures, "burst, keystrokes", bursts);
        figures.put("pauses over 2 s, % of intervals", 100.0 * pauses.size() / (pauses.size() + intervals.size()));
        figures.put("pauses over 15 s, % of pauses", 100.0 * longPauses / pauses.size());
        quantiles(figures, "pause over 2 s, ms", pauses);
        quantiles(figures, "deletions of a person, % of keystrokes", errorShares, 100);
        figures.put("deletion run, keystrokes: mean", deleteRuns.mean());
        figures.put("deletion runs of one, % of runs", 100.0 * singleDeletes / deleteRuns.size());
        quantiles(figures, "dwell, ms", dwells);
        figures.put("dwell of modifier keys, ms: p50", heldDwells.quantile(0.5));
        quantiles(figures, "rollover of a person, % of keystrokes", rollovers, 100);
        for (KeyClass keyClass : List.of(KeyClass.LETTER, KeyClass.SPACE, KeyClass.SYMBOL, KeyClass.OTHER)) {
            figures.put(
                    "class " + keyClass.name().toLowerCase(Locale.ROOT) + ", % of keystrokes",
                    100.0 * classes[keyClass.code()] / keystrokes);
        }
        return figures;
    }

    private static void quantiles(Map<String, Double> figures, String name, Numbers of) {
        quantiles(figures, name, of, 1);
    }

    private static void quantiles(Map<String, Double> figures, String name, Numbers of, double factor) {
        for (double p : PROBABILITIES) {
            figures.put(name + ": p" + Math.round(100 * p), factor * of.quantile(p));
        }
    }
}
