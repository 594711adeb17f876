package dev.mindfulcode.flowengine.team;

import java.math.BigInteger;

/**
 * The zero-concentrated differential privacy, ρ, that a team's releases may cost: per day, which is the protection of
 * one member's day, and per calendar month (UTC) of days. In millionths, so that noise parameters are rational
 * numbers.
 *
 * @param dayMicros ρ of all windows of a team's day together
 * @param monthMicros ρ of all days of a month; a day that would exceed it is withheld
 */
public record PrivacyBudget(long dayMicros, long monthMicros) {

    /** ρ = 1. */
    public static final long MICROS = 1_000_000;

    /** ρ = 0.5 per day, and enough for each day of a month. */
    public static final PrivacyBudget DEFAULT = new PrivacyBudget(MICROS / 2, 31 * MICROS / 2);

    public static final long DAY_MICROS_MIN = 1_000;
    public static final long DAY_MICROS_MAX = 8 * MICROS;

    public PrivacyBudget {
        if (dayMicros < DAY_MICROS_MIN || dayMicros > DAY_MICROS_MAX) {
            throw new IllegalArgumentException("ρ per day is " + dayMicros + " millionths; must be between "
                    + DAY_MICROS_MIN + " and " + DAY_MICROS_MAX);
        }
        if (monthMicros < dayMicros || monthMicros > 31 * dayMicros) {
            throw new IllegalArgumentException("ρ per month is " + monthMicros
                    + " millionths; must be between ρ per day and 31 times as much, from " + dayMicros + " to "
                    + 31 * dayMicros);
        }
    }

    /**
     * Returns the noise of figures that take a part of the day's budget: σ² = Δ²/(2 ρ part).
     *
     * @param sensitivitySquared Δ², of all these figures together
     */
    DiscreteGaussian noise(BigInteger sensitivitySquared, Part part) {
        return new DiscreteGaussian(
                sensitivitySquared.multiply(BigInteger.valueOf(MICROS * part.of)),
                BigInteger.valueOf(2 * dayMicros * part.parts));
    }

    /** A fraction of a day's budget. */
    record Part(long parts, long of) {}
}
