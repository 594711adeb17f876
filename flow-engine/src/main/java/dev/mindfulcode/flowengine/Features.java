package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getLong;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The five scores of a session, each 0 to 1: dials relative to what is usual for the person. The built-in model does
 * not read them; focus and consistency follow from the {@link WorkHistory} that it reads.
 *
 * <p>W is the window (the last 100 keystrokes; for intervals those inside bursts), P the person's past before it, which
 * starts as a population prior. Lengths are in octaves: log2 of intervals. With n
 * keystrokes in W, rhythm features are shrunk to 0.5 by n / (n + {@link #SHRINK_KEYSTROKES}).
 */
final class Features {
    private static final float NEUTRAL = 0.5f;
    private static final float SHRINK_KEYSTROKES = 20;

    /** Distance of two interval distributions, in octaves, at which they count as half alike. */
    private static final float HALF_ALIKE_OCTAVES = 0.5f;

    /** Factor on accuracy for each failed build or test in the current minute. */
    private static final float LEFT_AFTER_FAILURE = 0.85f;

    /** Weight of a count by its age in minutes: halves every five. */
    private static final float[] WEIGHT_OF_AGE = weights(Layout.MINUTES, 5);

    private static final float WEIGHT_SUM = sum(WEIGHT_OF_AGE);

    /**
     * Lower bound of the person's own switch rate, so that a single switch of a very focused person does not dominate.
     */
    private static final float OWN_QUARTERS_PER_HOUR_MIN = 8;

    private static final float OWN_CORRECTION_RATE_MIN = 0.01f;

    /** Upper bounds of what counts as usual for struggling and fragmented: half an hour of trouble is not. */
    private static final float USUAL_CORRECTION_RATE_MAX = 0.15f;

    private static final float USUAL_QUARTERS_PER_HOUR_MAX = 104;

    /** Median deviation of intervals inside bursts, in octaves, below which they are a machine's. */
    private static final float DEVIATION_MIN = 0.1f;

    /** An hour of typing. */
    private static final float KNOWN_FROM_INSTANTS = 180;

    /** Intervals inside bursts from which their variation is known. */
    private static final int VARIES_FROM = 20;

    private static final float HOUR_MS = 3_600_000f;
    private static final float MINUTE_MS = 60_000f;
    private static final float QUARTER_SECONDS_PER_MINUTE = 240;

    private Features() {}

    private static float[] weights(int length, double halfLife) {
        float[] weights = new float[length];
        for (int age = 0; age < weights.length; age++) {
            weights[age] = (float) StrictMath.pow(0.5, age / halfLife);
        }
        return weights;
    }

    private static float sum(float[] weights) {
        float sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /**
     * Fills the scores and what follows from them.
     *
     * @param scale fingerprint of the intensities of the model that the reading is for
     * @param into has the features of the work history as of the instant
     */
    static void read(byte[] s, WorkHistory history, long atMs, int scale, FlowReading into) {
        into.presence = history.presenceSinceGap(atMs);
        if (ReportedFeatures.areInUse(s)) {
            readReported(s, history, atMs, scale, into);
            return;
        }
        int inBursts = s[Layout.AT_WINDOW_IN_BURSTS];
        int keystrokes = s[Layout.AT_RING_COUNT];
        int personInBursts = getInt(s, Layout.AT_PERSON_IN_BURSTS);
        float deviation = 0;
        if (inBursts == 0 || personInBursts == 0) {
            into.rhythm = NEUTRAL / silence(s, atMs);
            into.velocity = NEUTRAL;
            into.consistency = consistency(NEUTRAL, into);
        } else {
            float median = LogHistogram.median(s, Layout.AT_WINDOW_HISTOGRAM, 1, inBursts);
            float ownMedian = LogHistogram.median(s, Layout.AT_PERSON_HISTOGRAM, 2, personInBursts);
            deviation = LogHistogram.deviation(s, Layout.AT_WINDOW_HISTOGRAM, 1, inBursts, median);
            into.rhythm = shrunk(rhythm(s, deviation, personInBursts, ownMedian), inBursts) / silence(s, atMs);
            into.velocity = shrunk(velocity(median, ownMedian), inBursts);
            into.consistency = consistency(shrunk(similarity(s, inBursts, personInBursts), inBursts), into);
        }
        readMinutes(s, atMs, keystrokes, into);
        into.confidence = inBursts == 0 ? 0 : confidence(s, atMs, scale, keystrokes);
        into.isHuman = isHuman(keystrokes, inBursts, deviation);
    }

    /**
     * Whether the window may hold a person's typing. People type in bursts, and the intervals inside bursts vary: their
     * median deviation is 0.2 octaves and more. A metronome and the repeats of a held key do not vary.
     */
    private static boolean isHuman(int keystrokes, int inBursts, float deviation) {
        return inBursts * 4 >= keystrokes && inBursts > 0 && (inBursts < VARIES_FROM || deviation >= DEVIATION_MIN);
    }

    /** Reads the features that the client reported; only the silence since then lowers them. */
    private static void readReported(byte[] s, WorkHistory history, long atMs, int scale, FlowReading into) {
        ReportedFeatures.read(s, into);
        into.isHuman = !ReportedFeatures.areOfMachine(s);
        into.rhythm /= silence(s, atMs);
        float presenceThen = history.presenceSinceGap(getLong(s, Layout.AT_LAST_ACTIVITY_MS));
        into.inWindow = 1;
        into.unfragmented = presenceThen > 0 ? Math.min(into.focus / presenceThen, 1) : 1;
        if (presenceThen > 0) {
            into.focus *= into.presence / presenceThen;
        }
        into.struggle = into.errorPenalty;
        // By the reported switches, not by focus: that has the silences inside the report too.
        into.undisturbed = unfragmented(s, quartersPerHour(s, atMs), USUAL_QUARTERS_PER_HOUR_MAX);
        into.confidence = confidence(s, atMs, scale, ReportedFeatures.inWindow(s));
    }

    private static float shrunk(float feature, int keystrokes) {
        return NEUTRAL + (feature - NEUTRAL) * (keystrokes / (keystrokes + SHRINK_KEYSTROKES));
    }

    /**
     * Returns the regularity of log-intervals inside bursts, 1 / (1 + (MAD(W) / MAD(P))²), with the median absolute
     * deviations of logarithms, as intervals are log-logistic (doi 10.1016/j.heliyon.2021.e08413). 0.5 is as usual.
     */
    private static float rhythm(byte[] s, float deviation, int personInBursts, float ownMedian) {
        float own = LogHistogram.deviation(s, Layout.AT_PERSON_HISTOGRAM, 2, personInBursts, ownMedian);
        float ratio = deviation / Math.max(own, 1e-3f);
        return 1 / (1 + ratio * ratio);
    }

    /**
     * Returns the speed relative to the person's own, 1 / (1 + r²) with r = median(W) / median(P) of intervals in ms.
     * 0.5 is as usual.
     */
    private static float velocity(float median, float ownMedian) {
        double ratio = StrictMath.pow(2, median - ownMedian);
        return (float) (1 / (1 + ratio * ratio));
    }

    /**
     * Returns the agreement with the past: one third similarity of the window, two thirds steadiness of work. That is
     * r / (r + u), for the shares of recent instants (r) and of all of the person's (u) after which work held for
     * fifteen minutes. 0.5 is as usual.
     */
    private static float consistency(float similarity, FlowReading reading) {
        float recent = reading.history[WorkHistory.HELD_RATE_RECENT];
        float steadiness = recent / (recent + reading.history[WorkHistory.HELD_RATE]);
        return (similarity + 2 * steadiness) / 3;
    }

    /**
     * Returns the similarity of the window to the person's past: 1 / (1 + (d / 0.5)²), where d is the earth mover's
     * distance of log-interval distributions in octaves.
     */
    private static float similarity(byte[] s, int inBursts, int personInBursts) {
        float distance = LogHistogram.distance(
                s, Layout.AT_WINDOW_HISTOGRAM, 1, inBursts, Layout.AT_PERSON_HISTOGRAM, 2, personInBursts);
        float ratio = distance / HALF_ALIKE_OCTAVES;
        return 1 / (1 + ratio * ratio);
    }

    /** Returns the divisor of rhythm for silence: 1 up to the bound of a micro pause, then one more per minute. */
    private static float silence(byte[] s, long atMs) {
        float beyondMs = atMs - getLong(s, Layout.AT_LAST_ACTIVITY_MS) - SessionState.ACTIVE_INTERVAL_MS_MAX;
        return 1 + Math.max(beyondMs, 0) / MINUTE_MS;
    }

    /** Reads focus and error penalty, which share the minutes. */
    private static void readMinutes(byte[] s, long atMs, int keystrokes, FlowReading into) {
        float away = 0;
        float failures = 0;
        int ageOfNewest = Minutes.ageOfNewest(s, atMs);
        for (int age = ageOfNewest; age < Layout.MINUTES; age++) {
            int minute = Minutes.bucketOfAge(s, age - ageOfNewest);
            float weight = WEIGHT_OF_AGE[age];
            away += weight * (s[minute + Layout.MINUTE_AWAY_QUARTER_S] & 0xFF) / QUARTER_SECONDS_PER_MINUTE;
            failures += weight * (s[minute + Layout.MINUTE_FAILURES] & 0xFF);
        }
        float awayShare = Math.min(away / WEIGHT_SUM, 1);
        into.inWindow = 1 - awayShare;
        float quarters = quartersPerHour(s, atMs);
        into.unfragmented = unfragmented(s, quarters, Float.MAX_VALUE);
        into.undisturbed = into.inWindow * unfragmented(s, quarters, USUAL_QUARTERS_PER_HOUR_MAX);
        into.focus = into.presence * into.inWindow * into.unfragmented;
        into.errorPenalty = errorPenalty(s, keystrokes, failures, 1);
        into.struggle = errorPenalty(s, keystrokes, failures, USUAL_CORRECTION_RATE_MAX);
    }

    /** Returns the rate of switches of the last 16 minutes, in quarters of a loss of focus. */
    private static float quartersPerHour(byte[] s, long atMs) {
        float quarters = 0;
        int ageOfNewest = Minutes.ageOfNewest(s, atMs);
        for (int age = ageOfNewest; age < Layout.MINUTES; age++) {
            int minute = Minutes.bucketOfAge(s, age - ageOfNewest);
            quarters += WEIGHT_OF_AGE[age]
                    * ((s[minute + Layout.MINUTE_FILE_SWITCHES] & 0xFF)
                            + (s[minute + Layout.MINUTE_FOCUS_LOSSES] & 0xFF) * Baselines.QUARTERS_PER_FOCUS_LOSS);
        }
        return quarters / WEIGHT_SUM * 60;
    }

    /**
     * Returns the freedom from context switches: 1 / (1 + rate / (4 own rate)), 0.8 at the usual rate. The rate counts
     * losses of window focus and, as a quarter, file switches per hour over the last 16 minutes, halved every five
     * minutes of age; the own rate starts from 13 an hour (Meyer). Fragmentation correlates with lower observed
     * productivity (Sanchez, SANER 2015).
     *
     * <p>Focus is this × presence × window. Presence is the share of the last five minutes with activity, in bins of
     * the work history since its last gap. Window is the share of time in which the editor's window had not lost focus.
     */
    private static float unfragmented(byte[] s, float quartersPerHour, float ownMax) {
        float own = getInt(s, Layout.AT_PERSON_QUARTER_SWITCHES)
                * (HOUR_MS / Math.max(getLong(s, Layout.AT_PERSON_ACTIVE_MS), 1));
        return 1 / (1 + quartersPerHour / (4 * Math.clamp(own, OWN_QUARTERS_PER_HOUR_MIN, ownMax)));
    }

    /**
     * Returns the error penalty, 1 − (1 − c / (c + 2 o)) × 0.85^f, a third at the usual rate of corrections. c is the
     * corrections per keystroke in W, shrunk to 0 while W is short; o the person's own rate; f the failed builds and
     * tests of the last 16 minutes, halved every five minutes of age.
     */
    private static float errorPenalty(byte[] s, int keystrokes, float failures, float ownMax) {
        float rate = s[Layout.AT_WINDOW_CORRECTIONS] / (keystrokes + SHRINK_KEYSTROKES);
        float own =
                getInt(s, Layout.AT_PERSON_CORRECTIONS) / (float) Math.max(getInt(s, Layout.AT_PERSON_KEYSTROKES), 1);
        float corrections = rate / (rate + 2 * Math.clamp(own, OWN_CORRECTION_RATE_MIN, ownMax));
        float left = failures == 0 ? 1 : (float) StrictMath.pow(LEFT_AFTER_FAILURE, failures);
        return 1 - (1 - corrections) * left;
    }

    /**
     * Returns n / (n + 25) for the n keystrokes in the window × (0.4 + 0.6 m / (m + 180)) for the m instants in the
     * person's own range, divided by 1 + the minutes of silence beyond a micro pause.
     */
    private static float confidence(byte[] s, long atMs, int scale, int keystrokes) {
        float instants = OwnRange.instants(s, scale);
        float past = 0.4f + 0.6f * instants / (instants + KNOWN_FROM_INSTANTS);
        return keystrokes / (keystrokes + 25f) * past / silence(s, atMs);
    }
}
