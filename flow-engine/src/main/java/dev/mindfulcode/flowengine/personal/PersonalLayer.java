package dev.mindfulcode.flowengine.personal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A user's personalization of the model: a Bayesian logistic layer over the model's intensity x,
 *
 * <pre>p = σ(a + b · logit(x))</pre>
 *
 * with a posterior over a fixed grid of {@link #OFFSETS} × {@link #SLOPES} points for a and b, so that learning is
 * exact: one addition per point. The prior is normal (a: mean 0, deviation {@link #OFFSET_DEVIATION}; b: mean 1,
 * deviation {@link #SLOPE_DEVIATION}); its means are the identity. The personal intensity uses the posterior means of a
 * and b: the posterior predictive would pull everybody towards 0.5 before the first label.
 *
 * <p>Labels decay with a half-life of {@link #HALF_LIFE_MS} of event time: the log-likelihood of a label has the weight
 * 2^(−age / half-life). A late label weighs as if it had arrived in time, so the order changes only the last digits of
 * floats.
 *
 * <p>Every slope on the grid is positive, so the personal intensity rises with the model's. Not thread-safe; reading
 * allocates nothing.
 */
public final class PersonalLayer {
    /** Length of a stored layer in bytes. */
    public static final int SIZE_BYTES = 32 + Float.BYTES * PersonalLayer.OFFSETS * PersonalLayer.SLOPES;

    /** Half-life of labels: 90 days. A convention. */
    public static final long HALF_LIFE_MS = 90L * 24 * 60 * 60_000;

    /** The range of answers, from not at all in flow to completely. */
    public static final int FLOW_MIN = 1;

    public static final int FLOW_MAX = 7;

    /** Weight of a label about an interrupted moment. A convention. */
    static final float INTERRUPTED_WEIGHT = 0.5f;

    static final int OFFSETS = 25;
    static final int SLOPES = 9;
    static final double OFFSET_STEP = 0.25;
    static final double SLOPE_STEP = 0.2;
    static final double OFFSET_DEVIATION = 0.5;
    static final double SLOPE_DEVIATION = 0.25;

    /** Assumed share of random answers, so that a single surprise has a bounded effect. */
    private static final double LAPSE = 0.1;

    /** Model intensities are clamped to this distance from 0 and 1, where the logit diverges. */
    private static final double EDGE = 0.01;

    private static final byte VERSION = 1;
    private static final int AT_VERSION = 0;
    private static final int AT_GIVEN = 4;
    private static final int AT_LEARNED = 8;
    private static final int AT_LATEST_MS = 16;
    private static final int AT_FIRST_MS = 24;

    private int given;
    private int learned;
    private long firstAtMs;
    private long latestAtMs;
    private final float[] logLikelihood = new float[OFFSETS * SLOPES];

    private double offset;
    private double slope = 1;

    /** Creates a layer without labels: the identity. */
    public PersonalLayer() {}

    /**
     * Loads a stored layer.
     *
     * @throws IllegalArgumentException if the bytes have another layout
     */
    public PersonalLayer load(byte[] stored) {
        if (stored.length != SIZE_BYTES || stored[AT_VERSION] != VERSION) {
            throw new IllegalArgumentException("not a personal layer of version " + VERSION + "; replay the labels");
        }
        ByteBuffer from = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        given = from.getInt(AT_GIVEN);
        learned = from.getInt(AT_LEARNED);
        latestAtMs = from.getLong(AT_LATEST_MS);
        firstAtMs = from.getLong(AT_FIRST_MS);
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
        into.put(AT_VERSION, VERSION).putInt(AT_GIVEN, given).putInt(AT_LEARNED, learned);
        into.putLong(AT_LATEST_MS, latestAtMs).putLong(AT_FIRST_MS, firstAtMs);
        into.position(SIZE_BYTES - Float.BYTES * logLikelihood.length)
                .asFloatBuffer()
                .put(logLikelihood);
        return bytes;
    }

    /** Removes all labels. */
    public void reset() {
        given = 0;
        learned = 0;
        firstAtMs = 0;
        latestAtMs = 0;
        Arrays.fill(logLikelihood, 0f);
        updatePosterior(0);
    }

    /** Counts a label without a reading, from which nothing can be learned. */
    public void countWithoutReading() {
        given++;
    }

    /**
     * Learns from one label. The answer counts as the fraction (flow − 1) / 6 of a yes.
     *
     * @param atMs the moment that the label is about, epoch milliseconds
     * @param modelIntensity the model's intensity at that moment, 0 to 1
     * @param flow clamped to {@link #FLOW_MIN} to {@link #FLOW_MAX}
     * @param interrupted whether the user was interrupted then: weight {@value #INTERRUPTED_WEIGHT}
     */
    public void learn(long atMs, float modelIntensity, int flow, boolean interrupted) {
        long at = Math.max(atMs, 0);
        given++;
        double olderWeight = 1;
        double weight = interrupted ? INTERRUPTED_WEIGHT : 1;
        if (learned > 0 && at > latestAtMs) {
            olderWeight = decay(at - latestAtMs);
        } else if (learned > 0) {
            weight *= decay(latestAtMs - at);
        }
        firstAtMs = learned == 0 ? at : Math.min(firstAtMs, at);
        latestAtMs = learned == 0 ? at : Math.max(latestAtMs, at);
        learned++;
        double yes = (Math.clamp(flow, FLOW_MIN, FLOW_MAX) - FLOW_MIN) / (double) (FLOW_MAX - FLOW_MIN);
        double logit = logit(modelIntensity);
        for (int i = 0; i < logLikelihood.length; i++) {
            double sum = offsetAt(i) + slopeAt(i) * logit;
            // log σ(s) = −log(1 + e^−s), and log(1 − σ(s)) = log σ(s) − s.
            double logYes = -StrictMath.log1p(StrictMath.exp(-sum));
            double likelihood = StrictMath.exp(logYes - (1 - yes) * sum);
            double fit = StrictMath.log((1 - LAPSE) * likelihood + LAPSE / 2);
            logLikelihood[i] = (float) (olderWeight * logLikelihood[i] + weight * fit);
        }
        updatePosterior(latestAtMs);
    }

    /**
     * Applies the decay of labels up to an instant to later readings. Does not change the stored form.
     */
    public PersonalLayer asOf(long atMs) {
        updatePosterior(atMs);
        return this;
    }

    /**
     * Returns the personal intensity for the model's, both 0 to 1. Without labels they are equal to the bit.
     */
    public float intensity(float modelIntensity) {
        if (learned == 0) {
            return modelIntensity;
        }
        double sum = offset + slope * logit(modelIntensity);
        return (float) (1 / (1 + StrictMath.exp(-sum)));
    }

    /** Whether any label was learned. */
    public boolean isPersonal() {
        return learned > 0;
    }

    /** Returns the earliest moment of a learned label, epoch milliseconds; 0 without labels. */
    public long firstAtMs() {
        return firstAtMs;
    }

    /**
     * Computes the posterior means with labels decayed to an instant, at the earliest that of the latest label.
     */
    private void updatePosterior(long atMs) {
        double remaining = decay(Math.max(atMs - latestAtMs, 0));
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logLikelihood.length; i++) {
            highest = Math.max(highest, logPrior(i) + remaining * logLikelihood[i]);
        }
        double total = 0;
        double offsets = 0;
        double slopes = 0;
        for (int i = 0; i < logLikelihood.length; i++) {
            double weight = StrictMath.exp(logPrior(i) + remaining * logLikelihood[i] - highest);
            total += weight;
            offsets += weight * offsetAt(i);
            slopes += weight * slopeAt(i);
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
