package dev.mindfulcode.flowengine.personal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A user's personalization of the model: a Bayesian logistic layer over the model's intensity x,
 *
 * <pre>p = σ(a + b · logit(x))</pre>
 *
 * with a posterior over a fixed grid of {@link #OFFSETS} × {@link #SLOPES} points for a and b, so that learning is
 * exact: one addition per point. The prior is normal (a: mean 0, deviation {@link #OFFSET_DEVIATION}; b: mean 1,
 * deviation {@link #SLOPE_DEVIATION}); its means are the identity. The personal intensity uses the posterior means of a
 * and b: the posterior predictive would pull everybody towards 0.5 before the first label. The slope is 1 until {@link
 * #SLOPE_HOURS_MIN} hours have labels.
 *
 * <p>Labels of one hour are about one stretch of work, so they count as one: their means, with the weight of one label
 * at most.
 *
 * <p><b>Predict, then update.</b> When an hour is over, its labels are first predicted by the layer as it was before
 * them and by the identity. The layer changes readings only while the sum of its gains in log score is above {@link
 * #GAIN_MIN}: it has to have helped.
 *
 * <p>Labels decay with a half-life of {@link #HALF_LIFE_MS} of event time: the log-likelihood and the gain of an hour
 * have the weight 2^(−age / half-life).
 *
 * <p>Every slope on the grid is positive, so the personal intensity rises with the model's. Not thread-safe; reading
 * allocates nothing.
 */
public final class PersonalLayer {
    /** Length of a stored layer in bytes. */
    public static final int SIZE_BYTES = 72 + Float.BYTES * PersonalLayer.OFFSETS * PersonalLayer.SLOPES;

    /** Half-life of labels: 90 days. A convention. */
    public static final long HALF_LIFE_MS = 90L * 24 * 60 * 60_000;

    /** The range of answers, from not at all in flow to completely. */
    public static final int FLOW_MIN = 1;

    public static final int FLOW_MAX = 7;

    /** Weight of a label about an interrupted moment. A convention. */
    static final double INTERRUPTED_WEIGHT = 0.5;

    /** Probability of a moment whose label has the full weight: half of the time, a minute of a stretch of 45. */
    static final double PROBABILITY_OF_FULL_WEIGHT = 0.5 / 45;

    /** Weight of a moment that prompts choose as often as possible. */
    static final double SAMPLING_WEIGHT_MIN = 0.25;

    private static final double WEIGHT_MIN = 0.1;

    static final int OFFSETS = 25;
    static final int SLOPES = 9;
    static final double OFFSET_STEP = 0.15;
    static final double SLOPE_STEP = 0.2;
    static final double OFFSET_DEVIATION = 0.2;
    static final double SLOPE_DEVIATION = 0.25;

    /** Hours with labels before the slope is learned. */
    static final int SLOPE_HOURS_MIN = 50;

    /** Gain in log score, in nats, above which the layer changes readings. */
    static final double GAIN_MIN = 0.5;

    static final long HOUR_MS = 3_600_000;

    /** Assumed share of random answers, so that a single surprise has a bounded effect. */
    private static final double LAPSE = 0.1;

    /** Model intensities are clamped to this distance from 0 and 1, where the logit diverges. */
    private static final double EDGE = 0.01;

    /** Version 1 had neither hours nor gains; its labels are in the log. */
    private static final byte VERSION = 2;

    private static final int AT_VERSION = 0;
    private static final int AT_HOURS = 8;
    private static final int AT_LEARNED = 12;
    private static final int AT_LATEST_MS = 16;
    private static final int AT_FIRST_MS = 24;
    private static final int AT_GAIN = 32;
    private static final int AT_OPEN_FROM_MS = 40;
    private static final int AT_OPEN_WEIGHT = 48;
    private static final int AT_OPEN_LOGIT = 56;
    private static final int AT_OPEN_YES = 64;

    private int hours;
    private int learned;
    private long firstAtMs;
    private long latestAtMs;
    private double gain;

    // The hour of the latest labels, with weighted sums; not yet in the likelihood.
    private long openFromMs;
    private double openWeight;
    private double openLogit;
    private double openYes;

    private final float[] logLikelihood = new float[OFFSETS * SLOPES];
    private final double[] logPosterior = new double[OFFSETS * SLOPES];

    private double offset;
    private double slope = 1;

    /** Creates a layer without labels: the identity. */
    public PersonalLayer() {}

    /**
     * Whether stored bytes have this layout. Other layouts are rebuilt from the labels in the log.
     */
    public static boolean canLoad(byte[] stored) {
        return stored.length == SIZE_BYTES && stored[AT_VERSION] == VERSION;
    }

    /**
     * Loads a stored layer.
     *
     * @throws IllegalArgumentException if the bytes have another layout
     */
    public PersonalLayer load(byte[] stored) {
        if (!canLoad(stored)) {
            throw new IllegalArgumentException("not a personal layer of version " + VERSION + "; replay the labels");
        }
        ByteBuffer from = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        hours = from.getInt(AT_HOURS);
        learned = from.getInt(AT_LEARNED);
        latestAtMs = from.getLong(AT_LATEST_MS);
        firstAtMs = from.getLong(AT_FIRST_MS);
        gain = from.getDouble(AT_GAIN);
        openFromMs = from.getLong(AT_OPEN_FROM_MS);
        openWeight = from.getDouble(AT_OPEN_WEIGHT);
        openLogit = from.getDouble(AT_OPEN_LOGIT);
        openYes = from.getDouble(AT_OPEN_YES);
        from.position(SIZE_BYTES - Float.BYTES * logLikelihood.length)
                .asFloatBuffer()
                .get(logLikelihood);
        updatePosterior(latestAtMs);
        return this;
    }

    /** Returns the stored form, little-endian. */
    public byte[] toBytes() {
        byte[] bytes = new byte[SIZE_BYTES];
        ByteBuffer into = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        into.put(AT_VERSION, VERSION).putInt(AT_HOURS, hours).putInt(AT_LEARNED, learned);
        into.putLong(AT_LATEST_MS, latestAtMs).putLong(AT_FIRST_MS, firstAtMs).putDouble(AT_GAIN, gain);
        into.putLong(AT_OPEN_FROM_MS, openFromMs).putDouble(AT_OPEN_WEIGHT, openWeight);
        into.putDouble(AT_OPEN_LOGIT, openLogit).putDouble(AT_OPEN_YES, openYes);
        into.position(SIZE_BYTES - Float.BYTES * logLikelihood.length)
                .asFloatBuffer()
                .put(logLikelihood);
        return bytes;
    }

    /** Removes all labels. */
    public void reset() {
        hours = 0;
        learned = 0;
        firstAtMs = 0;
        latestAtMs = 0;
        gain = 0;
        openFromMs = 0;
        openWeight = 0;
        openLogit = 0;
        openYes = 0;
        Arrays.fill(logLikelihood, 0f);
        updatePosterior(0);
    }

    /**
     * Returns the weight of a label. Moments that prompts choose more often than others count for less, by the inverse
     * of their probability within bounds; the probability of a label without a prompt is unknown.
     */
    public static double weight(boolean interrupted, @Nullable Double probability) {
        double sampling = probability == null || !(probability > 0)
                ? 1
                : Math.clamp(PROBABILITY_OF_FULL_WEIGHT / probability, SAMPLING_WEIGHT_MIN, 1);
        return (interrupted ? INTERRUPTED_WEIGHT : 1) * sampling;
    }

    /**
     * Learns from one label. The answer counts as the fraction (flow − 1) / 6 of a yes.
     *
     * @param atMs the moment that the label is about, epoch milliseconds
     * @param modelIntensity the model's intensity at that moment, 0 to 1
     * @param flow clamped to {@link #FLOW_MIN} to {@link #FLOW_MAX}
     * @param weight clamped to {@link #WEIGHT_MIN} to 1
     */
    public void learn(long atMs, float modelIntensity, int flow, double weight) {
        long at = Math.max(atMs, 0);
        double bounded = Math.clamp(weight, WEIGHT_MIN, 1);
        double logit = logit(modelIntensity);
        double yes = (Math.clamp(flow, FLOW_MIN, FLOW_MAX) - FLOW_MIN) / (double) (FLOW_MAX - FLOW_MIN);
        if (learned > 0 && at < openFromMs) {
            close(at, bounded, logit, yes); // late, about an hour that is over
        } else {
            if (learned > 0 && at - openFromMs >= HOUR_MS) {
                close(openFromMs, Math.min(openWeight, 1), openLogit / openWeight, openYes / openWeight);
                openWeight = 0;
                openLogit = 0;
                openYes = 0;
            }
            openFromMs = openWeight == 0 ? at : openFromMs;
            openWeight += bounded;
            openLogit += bounded * logit;
            openYes += bounded * yes;
        }
        firstAtMs = learned == 0 ? at : Math.min(firstAtMs, at);
        advance(at);
        learned++;
        updatePosterior(latestAtMs);
    }

    /** Decays what was learned up to a later label. */
    private void advance(long atMs) {
        if (learned == 0) {
            latestAtMs = atMs;
        } else if (atMs > latestAtMs) {
            double older = decay(atMs - latestAtMs);
            for (int i = 0; i < logLikelihood.length; i++) {
                logLikelihood[i] *= (float) older;
            }
            gain *= older;
            latestAtMs = atMs;
        }
    }

    /** Predicts the labels of an hour, then adds them to the likelihood. */
    private void close(long atMs, double labelWeight, double logit, double yes) {
        double weight = labelWeight * decay(Math.max(latestAtMs - atMs, 0));
        updatePosterior(latestAtMs, 0);
        gain += weight * (logScore(offset + slope * logit, yes) - logScore(logit, yes));
        hours++;
        for (int i = 0; i < logLikelihood.length; i++) {
            logLikelihood[i] += (float) (weight * fit(i, logit, yes));
        }
    }

    /** Returns the log-likelihood of an answer at a point of the grid. */
    private static double fit(int point, double logit, double yes) {
        double score = logScore(offsetAt(point) + slopeAt(point) * logit, yes);
        return StrictMath.log((1 - LAPSE) * StrictMath.exp(score) + LAPSE / 2);
    }

    private static double logScore(double sum, double yes) {
        // log σ(s) = −log(1 + e^−s), and log(1 − σ(s)) = log σ(s) − s.
        return -StrictMath.log1p(StrictMath.exp(-sum)) - (1 - yes) * sum;
    }

    /**
     * Applies the decay of labels up to an instant to later readings. Does not change the stored form.
     */
    public PersonalLayer asOf(long atMs) {
        updatePosterior(atMs);
        return this;
    }

    /**
     * Returns the personal intensity for the model's, both 0 to 1. They are equal to the bit while the layer has not
     * helped.
     */
    public float intensity(float modelIntensity) {
        if (!isPersonal()) {
            return modelIntensity;
        }
        double sum = offset + slope * logit(modelIntensity);
        return (float) (1 / (1 + StrictMath.exp(-sum)));
    }

    /** Whether the layer changes readings: it has predicted labels better than the identity. */
    public boolean isPersonal() {
        return gain > GAIN_MIN;
    }

    /** Returns the earliest moment of a learned label, epoch milliseconds; 0 without labels. */
    public long firstAtMs() {
        return firstAtMs;
    }

    /** Computes the posterior means with labels decayed to an instant, at the earliest that of the latest label. */
    private void updatePosterior(long atMs) {
        updatePosterior(atMs, Math.min(openWeight, 1));
    }

    private void updatePosterior(long atMs, double weightOfOpen) {
        double remaining = decay(Math.max(atMs - latestAtMs, 0));
        double openMeanLogit = weightOfOpen == 0 ? 0 : openLogit / openWeight;
        double openMeanYes = weightOfOpen == 0 ? 0 : openYes / openWeight;
        boolean isSlopeLearned = hours >= SLOPE_HOURS_MIN;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logLikelihood.length; i++) {
            if (isSlopeLearned || i % SLOPES == SLOPES / 2) {
                double open = weightOfOpen == 0 ? 0 : weightOfOpen * fit(i, openMeanLogit, openMeanYes);
                logPosterior[i] = logPrior(i) + remaining * (logLikelihood[i] + open);
                highest = Math.max(highest, logPosterior[i]);
            }
        }
        double total = 0;
        double offsets = 0;
        double slopes = 0;
        for (int i = 0; i < logLikelihood.length; i++) {
            if (isSlopeLearned || i % SLOPES == SLOPES / 2) {
                double weight = StrictMath.exp(logPosterior[i] - highest);
                total += weight;
                offsets += weight * offsetAt(i);
                slopes += weight * slopeAt(i);
            }
        }
        offset = offsets / total;
        slope = slopes / total;
    }

    private static double decay(long ageMs) {
        return StrictMath.pow(0.5, (double) ageMs / HALF_LIFE_MS);
    }

    private static double logPrior(int point) {
        double a = offsetAt(point) / OFFSET_DEVIATION;
        double b = (slopeAt(point) - 1) / SLOPE_DEVIATION;
        return -(a * a + b * b) / 2;
    }

    private static double offsetAt(int point) {
        return (point / SLOPES - OFFSETS / 2) * OFFSET_STEP;
    }

    private static double slopeAt(int point) {
        return 1 + (point % SLOPES - SLOPES / 2) * SLOPE_STEP;
    }

    private static double logit(float intensity) {
        double p = Float.isNaN(intensity) ? 0.5 : Math.clamp(intensity, EDGE, 1 - EDGE);
        return StrictMath.log(p / (1 - p));
    }
}
