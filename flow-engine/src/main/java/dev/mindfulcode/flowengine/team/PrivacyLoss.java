package dev.mindfulcode.flowengine.team;

/** Zero-concentrated differential privacy (zCDP; Bun and Steinke, TCC 2016) as the (ε, δ) that readers know. */
public final class PrivacyLoss {

    /** The δ of every stated ε: far below one in the number of members of any team. */
    public static final double DELTA = 1e-6;

    private static final double ALPHA_STEP = 1.001;
    private static final double ALPHA_MAX = 1e6;

    private PrivacyLoss() {}

    /**
     * Returns an ε such that ρ-zCDP implies (ε, {@link #DELTA})-differential privacy: the best over orders α of the
     * bound of Canonne, Kamath and Steinke, 2020, proposition 12. Each α gives a valid bound, so a coarse search is
     * safe.
     */
    public static double epsilon(double rho) {
        return epsilon(rho, DELTA);
    }

    static double epsilon(double rho, double delta) {
        double best = Double.POSITIVE_INFINITY;
        for (double alpha = ALPHA_STEP; alpha < ALPHA_MAX; alpha *= ALPHA_STEP) {
            double epsilon =
                    alpha * rho + StrictMath.log(1 / (alpha * delta)) / (alpha - 1) + StrictMath.log(1 - 1 / alpha);
            best = Math.min(best, epsilon);
        }
        return Math.max(0, best);
    }
}
