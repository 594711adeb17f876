package dev.mindfulcode.flowengine;

/**
 * The typing of an average person, the baseline until a user has typed enough. Computed by {@code ./mindful priors}
 * from the Aalto sample (Dhakal et al., CHI 2018): 195 participants with equal weight, 140,912 intervals inside bursts.
 *
 * <p>Aalto is transcription; programming has longer pauses and three times the deletions. Intervals of
 * {@link LogBins#BURST_BOUND_MS} and more are excluded, so the longer tail does not matter. Inside bursts Aalto is a
 * third faster than composition; the person's own keystrokes outweigh that after {@link Baselines#PRIOR_KEYSTROKES}.
 * The deletion rate is the geometric mean of Aalto's and the published one of free composition, since every deletion
 * counts as an error.
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
