package dev.mindfulcode.benchmarks.typing;

import static dev.mindfulcode.benchmarks.typing.TypingModel.PAUSE_MS;

import dev.mindfulcode.schemas.KeyClass;
import java.util.ArrayList;
import java.util.List;

/**
 * Fits a {@link TypingModel} to what people typed: quantiles and moments in closed form, so that a fit needs a second
 * and two fits of the same recordings agree to the last digit. Not thread-safe.
 */
public final class TypingFit {

    /** With fewer keystrokes a person's deciles say little. */
    static final int KEYSTROKES_MIN = 100;

    /** So many pauses of one's own weigh as much as everybody's: few pauses say little of their person's median. */
    private static final double PAUSES_OF_PRIOR = 5;

    private static final int DELETE = KeyClass.DELETE.code();
    private static final int HELD = KeyClass.OTHER.code();

    private final List<double[]> traits = new ArrayList<>();
    private final Numbers pauseCounts = new Numbers();
    private final Numbers firstDelete = new Numbers();
    private final Numbers nextDelete = new Numbers();
    private final Numbers afterDelete = new Numbers();
    private final Numbers heldDwell = new Numbers();
    private final Numbers pauseShare = new Numbers();
    private final Numbers burstShare = new Numbers();
    private final double[][] classAfter = new double[KeyClass.values().length][KeyClass.values().length];
    private long deletions;
    private long deletionsFollowed;

    private TypingFit() {}

    /** Returns the model of these people; those with fewer than {@value #KEYSTROKES_MIN} keystrokes are left out. */
    public static TypingModel fit(List<Recording> people) {
        TypingFit fit = new TypingFit();
        for (Recording person : people) {
            if (person.keystrokes() >= KEYSTROKES_MIN) {
                fit.add(person);
            }
        }
        if (fit.traits.size() <= PersonTrait.COUNT) {
            throw new IllegalArgumentException("too few people to fit: " + fit.traits.size());
        }
        return fit.model();
    }

    private void add(Recording person) {
        Numbers plain = new Numbers();
        Numbers dwells = new Numbers();
        Numbers lnDwells = new Numbers();
        Numbers bursts = new Numbers();
        Numbers pauses = new Numbers();
        int inBurst = 0;
        long errors = 0;
        long typed = 0;
        for (int i = 0; i < person.keystrokes(); i++) {
            int key = person.keyClasses()[i];
            int before = i == 0 ? HELD : person.keyClasses()[i - 1];
            if (key == DELETE) {
                errors += i > 0 && before != DELETE ? 1 : 0;
            } else {
                typed++;
            }
            if (key != HELD && person.dwellsMs()[i] > 0) {
                dwells.add(person.dwellsMs()[i]);
                lnDwells.add(Math.log(person.dwellsMs()[i]));
            }
            long interval = i == 0 ? 0 : person.pressMs()[i] - person.pressMs()[i - 1];
            if (interval > PAUSE_MS) {
                pauses.add((double) (interval - PAUSE_MS));
                bursts.add(inBurst);
                inBurst = 0;
            } else if (i > 0 && key != DELETE && before != DELETE) {
                plain.add((double) interval);
            }
            inBurst++;
        }
        bursts.add(inBurst);
        double median = plain.quantile(0.5);
        double dwell = dwells.quantile(0.5);
        double pause = pauses.size() == 0 ? PAUSE_MS : pauses.quantile(0.5);
        LogLogistic interval = LogLogistic.ofDeciles(plain.quantile(0.1), median, plain.quantile(0.9));
        double[] of = new double[PersonTrait.COUNT];
        of[PersonTrait.LN_INTERVAL.ordinal()] = Math.log(median);
        of[PersonTrait.INTERVAL_SPREAD.ordinal()] = interval.spread();
        of[PersonTrait.LN_INTERVAL_SCALE_SHARE.ordinal()] = Math.log(interval.scaleMs() / median);
        of[PersonTrait.LN_DWELL.ordinal()] = Math.log(dwell);
        of[PersonTrait.LN_DWELL_SPREAD.ordinal()] = Math.log(lnDwells.deviation());
        of[PersonTrait.LN_ERROR_RATE.ordinal()] = Math.log((errors + 0.5) / (typed + 1));
        of[PersonTrait.LN_BURST.ordinal()] = Math.log(bursts.mean());
        of[PersonTrait.LN_PAUSE.ordinal()] = Math.log(pause);
        traits.add(of);
        pauseCounts.add(pauses.size());
        pool(person, median, dwell);
        pauses.each(value -> pauseShare.add(value / pause));
        bursts.each(value -> burstShare.add(value / bursts.mean()));
    }

    /** Events too rare for a value per person: relative to the person, over all people. */
    private void pool(Recording person, double medianMs, double dwellMs) {
        int typedBefore = KeyClass.SPACE.code();
        for (int i = 0; i < person.keystrokes(); i++) {
            int key = person.keyClasses()[i];
            boolean deletedBefore = i > 0 && person.keyClasses()[i - 1] == DELETE;
            deletions += deletedBefore ? 1 : 0;
            deletionsFollowed += deletedBefore && key == DELETE ? 1 : 0;
            long interval = i == 0 ? Long.MAX_VALUE : person.pressMs()[i] - person.pressMs()[i - 1];
            if (interval <= PAUSE_MS && (key == DELETE || deletedBefore)) {
                Numbers of = key != DELETE ? afterDelete : deletedBefore ? nextDelete : firstDelete;
                of.add(interval / medianMs);
            }
            if (key == HELD && person.dwellsMs()[i] > 0) {
                heldDwell.add(Math.log(person.dwellsMs()[i] / dwellMs));
            }
            if (key != DELETE) {
                classAfter[typedBefore][key]++;
                typedBefore = key;
            }
        }
    }

    /** Draws each person's median pause towards everybody's, the more so the fewer pauses they made. */
    private void shrinkPauses() {
        int pause = PersonTrait.LN_PAUSE.ordinal();
        double weights = 0;
        double mean = 0;
        for (int i = 0; i < traits.size(); i++) {
            double weight = pauseCounts.get(i) / (pauseCounts.get(i) + PAUSES_OF_PRIOR);
            weights += weight;
            mean += weight * traits.get(i)[pause];
        }
        mean /= weights;
        for (int i = 0; i < traits.size(); i++) {
            double weight = pauseCounts.get(i) / (pauseCounts.get(i) + PAUSES_OF_PRIOR);
            traits.get(i)[pause] = mean + weight * (traits.get(i)[pause] - mean);
        }
    }

    private TypingModel model() {
        shrinkPauses();
        double[] means = new double[PersonTrait.COUNT];
        double[][] covariance = new double[PersonTrait.COUNT][PersonTrait.COUNT];
        for (double[] of : traits) {
            for (int i = 0; i < means.length; i++) {
                means[i] += of[i] / traits.size();
            }
        }
        for (double[] of : traits) {
            for (int i = 0; i < means.length; i++) {
                for (int j = 0; j < means.length; j++) {
                    covariance[i][j] += (of[i] - means[i]) * (of[j] - means[j]) / (traits.size() - 1);
                }
            }
        }
        for (double[] row : classAfter) {
            double sum = 0;
            for (double count : row) {
                sum += count;
            }
            for (int i = 0; i < row.length; i++) {
                // A class never seen is never left either: a letter follows it, so that each row is a distribution.
                row[i] = sum > 0 ? row[i] / sum : i == KeyClass.LETTER.code() ? 1 : 0;
            }
        }
        return new TypingModel(
                means,
                covariance,
                Weibull.shapeOfVariation(burstShare.deviation()),
                spreadOf(pauseShare),
                firstDelete.quantile(0.5),
                nextDelete.quantile(0.5),
                afterDelete.quantile(0.5),
                (double) deletionsFollowed / deletions,
                Math.exp(heldDwell.quantile(0.5)),
                (heldDwell.quantile(0.9) - heldDwell.quantile(0.1)) / (2 * 1.2816),
                classAfter);
    }

    /** The log-logistic without threshold whose upper decile is where the data have it, as multiples of the median. */
    private static double spreadOf(Numbers shares) {
        return Math.log(shares.quantile(0.9) / shares.quantile(0.5)) / Math.log(9);
    }
}
