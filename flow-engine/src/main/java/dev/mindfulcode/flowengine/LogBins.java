package dev.mindfulcode.flowengine;

/**
 * Intervals quantised on a logarithmic scale: {@link #COUNT} bins of an eighth of an octave (9 %) from 8 ms to 2048 ms.
 *
 * <p>Inter-key intervals are close to log-logistic (doi 10.1016/j.heliyon.2021.e08413), so regularity is measured on
 * their logarithm. With bins, medians and deviations are sums of integers: adding or removing a keystroke is O(1), and
 * nothing drifts. Bounds come from {@link StrictMath}, so they have the same bits everywhere.
 */
final class LogBins {
    static final int COUNT = 64;
    static final int BINS_PER_OCTAVE = 8;
    /** Shortest interval that is distinguished; any shorter one (rollover, repeat) counts in the first bin. */
    static final int LOWEST_MS = 8;

    /** A pause of this length ends a burst (Shrestha, ICSE-SEET 2022: micro pauses are 2 to 15 s). */
    static final int BURST_BOUND_MS = 2_000;

    private static final byte[] BIN_OF_MS = bins();

    private LogBins() {}

    /** Returns the bin of an interval inside a burst, 0 ≤ intervalMs < {@link #BURST_BOUND_MS}. */
    static int of(int intervalMs) {
        return BIN_OF_MS[intervalMs];
    }

    private static byte[] bins() {
        byte[] bins = new byte[BURST_BOUND_MS];
        for (int ms = 0; ms < bins.length; ms++) {
            int bin = 0;
            while (bin + 1 < COUNT && ms >= lowerBoundMs(bin + 1)) {
                bin++;
            }
            bins[ms] = (byte) bin;
        }
        return bins;
    }

    static double lowerBoundMs(int bin) {
        return LOWEST_MS * StrictMath.pow(2, (double) bin / BINS_PER_OCTAVE);
    }
}
