package dev.mindfulcode.flowengine.personal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One person's own meaning of flow: a Bayesian logistic layer over the model's intensity x,
 *
 * <pre>p = σ(a + b · logit(x))</pre>
 *
 * whose two parameters have a posterior over a fixed grid of {@link #OFFSETS} × {@link #SLOPES} points, so that learning from a label
 * is exact: one addition a point. The prior is normal (a: mean 0, deviation {@link #OFFSET_DEVIATION}; b: mean 1, deviation
 * {@link #SLOPE_DEVIATION}) and symmetric on the grid, so its means are the identity.
 *
 * <p>The personal intensity takes the posterior means of a and b. The posterior predictive would be the textbook's choice, but before
 * the first label it already pulls everybody towards one half, for no reason that the person gave.
 *
 * <p>What was learned is forgotten by halves, each {@link #HALF_LIFE_MS} of event time: a label's log-likelihood counts 2^(−age /
 * half-life), and with all forgotten the prior is left. A label that comes late weighs as if it had come in time, so the order of
 * labels changes nothing but the last digits of floats.
 *
 * <p>Every slope on the grid is positive: the personal intensity never falls where the model's rises, and what holds of a model in
 * this respect (more errors never raise the score) holds of the person's reading. Not thread-safe; reading allocates nothing.
 */
public final class PersonalLayer {
    /** Length of a stored layer in bytes. */
    public static final int SIZE_BYTES = 32 + Float.BYTES * PersonalLayer.OFFSETS * PersonalLayer.SLOPES;

    /** Time in which half of what was learned is forgotten: 90 days. A convention. */
    public static final long HALF_LIFE_MS = 90L * 24 * 60 * 60_000;

    /** The lowest and the highest answer: not at all in flow, and completely. */
    public static final int FLOW_MIN = 1;

    public static final int FLOW_MAX = 7;

    /**
     * What an answer about an interrupted moment weighs: it speaks of the flow before and of the break in one. A
     * convention.
     */
    static final float INTERRUPTED_WEIGHT = 0.5f;

    static final int OFFSETS = 25;
    static final int SLOPES = 9;
    static final double OFFSET_STEP = 0.25;
    static final double SLOPE_STEP = 0.2;
    static final double OFFSET_DEVIATION = 0.5;
    static final double SLOPE_DEVIATION = 0.25;

    /**
     * The share of answers taken to say nothing (a slip, another question in mind), so that one surprise cannot carry a
     * person away.
     */
    private static final double LAPSE = 0.1;

    /** Model intensities are held this far from 0 and 1, where a logit has no value. */
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

    /** Makes a layer that has learned nothing: the identity. */
    public PersonalLayer() {}

    /**
     * Becomes the layer that was stored.
     *
     * @throws IllegalArgumentException where the bytes are of another layout
     */
    public PersonalLayer load(byte[] stored) {
        if (stored.length != SIZE_BYTES || stored[AT_VERSION] != VERSION) {
            throw new IllegalArgumentException("not a personal layer of version " + VERSION + ": replay the labels");
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

    /** Returns the layer as it is stored, little-endian. */
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

    /** Forgets everything: the identity again. */
    public void reset() {
        given = 0;
        learned = 0;
        firstAtMs = 0;
        latestAtMs = 0;
        Arrays.fill(logLikelihood, 0f);
        updatePosterior(0);
    }

    /** Counts a label about a moment of which there is no reading: it was given, and nothing can be learned from it. */
    public void countWithoutReading() {
        given++;
    }

    /**
     * Learns from one label. An answer of 1 to 7 is taken as the fraction (flow − 1) / 6 of a yes: 4 says one half, and
     * pulls towards it.
     *
     * @param atMs the moment the label is about, epoch milliseconds
     * @param modelIntensity what the model said of that moment, 0 to 1
     * @param flow {@link #FLOW_MIN} to {@link #FLOW_MAX}; what lies outside counts as the nearer end
     * @param interrupted whether the person says that they were interrupted then: counts {@value #INTERRUPTED_WEIGHT}
     */
    public void learn(long atMs, float modelIntensity, int flow, boolean interrupted) {
        long at = Math.max(atMs, 0);
        given++;
        double older = 1;
        double weight = interrupted ? INTERRUPTED_WEIGHT : 1;
        if (learned > 0 && at > latestAtMs) {
            older = decay(at - latestAtMs);
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
            logLikelihood[i] = (float) (older * logLikelihood[i] + weight * fit);
        }
        updatePosterior(latestAtMs);
    }

    /**
     * Lets the layer be as it is at an instant, with what is forgotten by then forgotten. Stored state does not change.
     */
    public PersonalLayer asOf(long atMs) {
        updatePosterior(atMs);
        return this;
    }

    /**
     * Returns the personal intensity, 0 to 1, where the model says this one. Without labels it is the model's, to the
     * bit.
     *
     * @param modelIntensity 0 to 1
     */
    public float intensity(float modelIntensity) {
        if (learned == 0) {
            return modelIntensity;
        }
        double sum = offset + slope * logit(modelIntensity);
        return (float) (1 / (1 + StrictMath.exp(-sum)));
    }

    /** Whether anything was learned, so that the personal intensity may differ from the model's. */
    public boolean isPersonal() {
        return learned > 0;
    }

    /** Returns how many labels were given since the last reset. */
    public int labelsGiven() {
        return given;
    }

    /** Returns how many of them there was a reading for. */
    public int labelsLearned() {
        return learned;
    }

    /** Returns the earliest moment that a learned label is about, epoch milliseconds; 0 when there is none. */
    public long firstAtMs() {
        return firstAtMs;
    }

    /**
     * Takes the posterior means with the likelihood tempered to an instant. One before the latest label counts as that
     * label's.
     */
    private void updatePosterior(long atMs) {
        double kept = decay(Math.max(atMs - latestAtMs, 0));
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logLikelihood.length; i++) {
            highest = Math.max(highest, logPrior(i) + kept * logLikelihood[i]);
        }
        double total = 0;
        double offsets = 0;
        double slopes = 0;
        for (int i = 0; i < logLikelihood.length; i++) {
            double weight = StrictMath.exp(logPrior(i) + kept * logLikelihood[i] - highest);
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
