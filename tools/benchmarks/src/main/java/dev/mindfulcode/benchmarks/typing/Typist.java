package dev.mindfulcode.benchmarks.typing;

import dev.mindfulcode.schemas.KeyClass;
import java.util.SplittableRandom;

/**
 * One simulated person at a keyboard: an endless, reproducible sequence of keystrokes. The same model and seed give the
 * same keystrokes. Not thread-safe.
 */
public final class Typist {

    private static final int INTERVAL_MS_MIN = 1;
    private static final double SPREAD_MIN = 0.05;

    private final TypingModel model;
    private final SplittableRandom random;
    private final LogLogistic interval;
    private final LogLogistic pause;
    private final Weibull burst;
    private final double errorRate;
    private final double dwellMedianMs;
    private final double dwellSpread;

    private int classBefore = KeyClass.SPACE.code();
    private boolean deletedBefore;
    private int leftInBurst;

    private int intervalMs;
    private byte keyClass;
    private int dwellMs;

    public Typist(TypingModel model, long seed) {
        this.model = model;
        this.random = new SplittableRandom(seed);
        double[] traits = drawTraits();
        double median = Math.exp(traits[PersonTrait.LN_INTERVAL.ordinal()]);
        double scale = median * Math.exp(traits[PersonTrait.LN_INTERVAL_SCALE_SHARE.ordinal()]);
        this.interval = new LogLogistic(
                median - scale, scale, Math.max(traits[PersonTrait.INTERVAL_SPREAD.ordinal()], SPREAD_MIN));
        this.pause = new LogLogistic(
                TypingModel.PAUSE_MS, Math.exp(traits[PersonTrait.LN_PAUSE.ordinal()]), model.pauseSpread());
        this.burst = Weibull.ofMean(Math.exp(traits[PersonTrait.LN_BURST.ordinal()]), model.burstShape());
        this.errorRate = Math.exp(traits[PersonTrait.LN_ERROR_RATE.ordinal()]);
        this.dwellMedianMs = Math.exp(traits[PersonTrait.LN_DWELL.ordinal()]);
        this.dwellSpread = Math.exp(traits[PersonTrait.LN_DWELL_SPREAD.ordinal()]);
        this.leftInBurst = drawBurst();
    }

    /** Presses the next key, which the accessors describe. */
    public void next() {
        boolean delete = random.nextDouble() < (deletedBefore ? model.deleteRunContinues() : errorRate);
        if (leftInBurst == 0) {
            intervalMs = (int) pause.quantileBetween(TypingModel.PAUSE_MS + 1, TypingModel.PAUSE_MS_MAX, open());
            leftInBurst = drawBurst();
        } else {
            intervalMs = drawInterval(delete);
        }
        leftInBurst--;
        deletedBefore = delete;
        keyClass = delete ? KeyClass.DELETE.code() : drawClass();
        dwellMs = drawDwell();
    }

    /** Milliseconds from the previous key-down to this one, at least 1. */
    public int intervalMs() {
        return intervalMs;
    }

    /** {@link KeyClass#code()} of this key. */
    public byte keyClass() {
        return keyClass;
    }

    /** Milliseconds from key-down to key-up. */
    public int dwellMs() {
        return dwellMs;
    }

    /** Returns this typist's next keystrokes, the first of them at 0. */
    public Recording record(String name, int keystrokes) {
        long[] press = new long[keystrokes];
        byte[] classes = new byte[keystrokes];
        int[] dwells = new int[keystrokes];
        long at = 0;
        for (int i = 0; i < keystrokes; i++) {
            next();
            at += i == 0 ? 0 : intervalMs;
            press[i] = at;
            classes[i] = keyClass;
            dwells[i] = dwellMs;
        }
        return new Recording(name, press, classes, dwells);
    }

    private int drawInterval(boolean delete) {
        double factor = 1;
        if (delete) {
            factor = deletedBefore ? model.nextDeleteFactor() : model.firstDeleteFactor();
        } else if (deletedBefore) {
            factor = model.afterDeleteFactor();
        }
        double drawn = factor * interval.quantileBetween(0, TypingModel.PAUSE_MS / factor, open());
        return Math.clamp(Math.round(drawn), INTERVAL_MS_MIN, TypingModel.PAUSE_MS);
    }

    private byte drawClass() {
        double[] row = model.classAfter()[classBefore];
        double u = random.nextDouble();
        int drawn = KeyClass.LETTER.code();
        for (int code = 0; code < row.length; code++) {
            u -= row[code];
            if (u < 0) {
                drawn = code;
                break;
            }
        }
        classBefore = drawn;
        return (byte) drawn;
    }

    private int drawDwell() {
        boolean held = keyClass == KeyClass.OTHER.code();
        double median = held ? dwellMedianMs * model.heldKeyFactor() : dwellMedianMs;
        double spread = held ? model.heldKeySpread() : dwellSpread;
        long drawn = Math.round(median * Math.exp(spread * random.nextGaussian()));
        return Math.clamp(drawn, 1, Recording.DWELL_MS_MAX);
    }

    private int drawBurst() {
        return (int) Math.max(1, Math.round(burst.quantile(open())));
    }

    /** Uniform in the open interval: the ends have no quantile. */
    private double open() {
        return Math.max(random.nextDouble(), Double.MIN_NORMAL);
    }

    /** Draws from the normal distribution over persons, through the lower root of its covariance. */
    private double[] drawTraits() {
        double[][] root = choleskyRoot(model.traitCovariance());
        double[] traits = model.traitMeans().clone();
        for (int column = 0; column < traits.length; column++) {
            double normal = random.nextGaussian();
            for (int row = column; row < traits.length; row++) {
                traits[row] += root[row][column] * normal;
            }
        }
        return traits;
    }

    private static double[][] choleskyRoot(double[][] covariance) {
        int size = covariance.length;
        double[][] root = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = covariance[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= root[i][k] * root[j][k];
                }
                root[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / root[j][j];
            }
        }
        return root;
    }
}
