package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;

/**
 * Whether later values are higher than earlier ones, by their ranks (Mann and Whitney, Annals of Mathematical
 * Statistics 18, 1947), with the variance corrected for ties and inflated by {@link SerialDependence}. Shares of time
 * are mostly zero with a few high ones, for which means and their intervals are wrong.
 */
final class RankShift {

    private RankShift() {}

    /** Returns the one-sided probability of later values as high as these if nothing has changed. */
    static double higherP(double[] earlier, double[] later) {
        int n = earlier.length + later.length;
        double won = 0;
        for (double one : later) {
            for (double other : earlier) {
                won += Math.signum(one - other);
            }
        }
        double[] all = Arrays.copyOf(earlier, n);
        System.arraycopy(later, 0, all, earlier.length, later.length);
        Arrays.sort(all);
        double ties = 0;
        for (int from = 0, to; from < n; from = to) {
            to = from;
            while (to < n && all[to] == all[from]) {
                to++;
            }
            ties += cubedMinusSelf(to - from);
        }
        double variance = (double) earlier.length * later.length * (cubedMinusSelf(n) - ties) / (3.0 * n * (n - 1));
        if (!(variance > 0)) {
            return 1;
        }
        SerialDependence dependence = new SerialDependence();
        dependence.addDeviations(earlier);
        dependence.addDeviations(later);
        return Significance.normalTail(won / Math.sqrt(variance * dependence.inflation(2)));
    }

    private static double cubedMinusSelf(double of) {
        return of * of * of - of;
    }
}
