package dev.mindfulcode.benchmarks.typing;

/**
 * Differences between typists: the coordinates of the between-person distribution, in the order of its
 * matrix.
 */
enum PersonTrait {
    /** Natural logarithm of the median interval between two keys, neither a deletion, in ms. */
    LN_INTERVAL,
    /** {@link LogLogistic#spread()} of those intervals. */
    INTERVAL_SPREAD,
    /** Natural logarithm of the log-logistic scale as a share of the median interval: 0 when the threshold is 0. */
    LN_INTERVAL_SCALE_SHARE,
    /** Natural logarithm of the median dwell in ms, modifier keys aside. */
    LN_DWELL,
    /** Natural logarithm of the standard deviation of the log-dwell. */
    LN_DWELL_SPREAD,
    /** Natural logarithm of the deletion runs begun per keystroke that is no deletion. */
    LN_ERROR_RATE,
    /** Natural logarithm of the mean number of keystrokes between two pauses of more than 2 s. */
    LN_BURST,
    /** Natural logarithm of the median length of such a pause beyond 2 s, in ms. */
    LN_PAUSE;

    static final int COUNT = values().length;
}
