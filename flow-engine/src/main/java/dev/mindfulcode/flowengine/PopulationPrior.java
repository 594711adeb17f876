package dev.mindfulcode.flowengine;

/**
 * How people type of whom nothing is known yet, as {@code ./mindful priors} works it out. From the Aalto sample (Dhakal
 * et al., CHI 2018): 195 participants, each weighing the same, 140,912 intervals inside bursts.
 *
 * <p>Aalto is transcription, and programming is not: it has longer pauses and three times the deletions. Intervals of
 * {@link LogBins#BURST_BOUND_MS} and more are in neither the fit nor the histogram it fills, so the longer tail does
 * not matter there; inside bursts the level is Aalto's, a third faster than composition, and that is left to the
 * person's own keystrokes to correct, which outweigh the prior after {@link Baselines#PRIOR_KEYSTROKES}. Deletions
 * cannot be left so, as each would look like an error to a programmer: their rate is the geometric mean of Aalto's own
 * and the published one of free composition.
 */
public final class PopulationPrior {
    /**
     * Median interval in milliseconds, over people, inside bursts. People's own medians spread by 0.31 in ln around
     * theirs.
     */
    public static final double MEDIAN_MS = 172;

    /** Scale of the log-logistic distribution of intervals, in ln, by the quartiles. */
    public static final double LN_SCALE = 0.355;

    /** Deletions per keystroke: between 0.054 in the sample and {@link #COMPOSITION_CORRECTION_RATE}. */
    public static final double CORRECTION_RATE = 0.0972;

    /** Published for free composition. */
    public static final double COMPOSITION_CORRECTION_RATE = 0.175;

    private PopulationPrior() {}
}
