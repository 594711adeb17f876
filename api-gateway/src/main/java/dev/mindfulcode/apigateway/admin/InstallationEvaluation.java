package dev.mindfulcode.apigateway.admin;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The agreement of one model's readings with the ratings of contributing users. Pure.
 *
 * <p>No figure is about one user: each user has the same weight with any number of ratings, at most
 * {@link #RATINGS_A_USER_MAX} count, and users are counted in groups, so that figures before and after one user joins
 * are the same, or differ by several users.
 *
 * @param inFlowRate share of ratings that say "in flow"
 * @param constantRate scores of that share as a forecast of each rating: the best forecast without a model
 * @param model scores of the model's own intensity
 * @param shown scores of the intensity that users saw, with their personal layers
 */
record InstallationEvaluation(
        int users, int ratings, double inFlowRate, Scores constantRate, Scores model, Scores shown) {

    static final int USERS_MIN = 10;

    /** The number of users is rounded down to a multiple of it. */
    static final int USERS_STEP = 5;

    static final int RATINGS_A_USER_MAX = 20;

    private static final int CALIBRATION_BINS = 10;

    /** A rating, and the intensity of the reading that it answers. */
    record AnsweredReading(boolean inFlow, double modelIntensity, double shownIntensity) {}

    /**
     * @param calibrationError expected calibration error over ten bins of equal width
     * @param auroc null if all ratings agree
     */
    record Scores(
            double brier, double calibrationError, @Nullable Double auroc) {}

    private record Weighted(AnsweredReading reading, double weight) {

        double outcome() {
            return reading.inFlow() ? 1 : 0;
        }
    }

    /**
     * Returns the figures, or empty if too few users have ratings.
     *
     * @param byUser the ratings of each user, oldest first; users in an order that does not change when another joins
     */
    static Optional<InstallationEvaluation> of(List<List<AnsweredReading>> byUser) {
        List<List<AnsweredReading>> rated =
                byUser.stream().filter(own -> !own.isEmpty()).toList();
        int users = rated.size() - rated.size() % USERS_STEP;
        if (users < USERS_MIN) {
            return Optional.empty();
        }
        List<Weighted> ratings = rated.subList(0, users).stream()
                .map(own -> own.subList(Math.max(own.size() - RATINGS_A_USER_MAX, 0), own.size()))
                .flatMap(own -> own.stream().map(reading -> new Weighted(reading, 1.0 / users / own.size())))
                .toList();
        double rate = ratings.stream()
                .mapToDouble(rating -> rating.weight() * rating.outcome())
                .sum();
        return Optional.of(new InstallationEvaluation(
                users,
                ratings.size(),
                rate,
                scores(ratings, _ -> rate),
                scores(ratings, AnsweredReading::modelIntensity),
                scores(ratings, AnsweredReading::shownIntensity)));
    }

    private static Scores scores(List<Weighted> ratings, ToDoubleFunction<AnsweredReading> forecast) {
        double brier = 0;
        double[] excess = new double[CALIBRATION_BINS];
        for (Weighted rating : ratings) {
            double error = forecast.applyAsDouble(rating.reading()) - rating.outcome();
            brier += rating.weight() * error * error;
            int bin = (int) (forecast.applyAsDouble(rating.reading()) * CALIBRATION_BINS);
            excess[Math.clamp(bin, 0, CALIBRATION_BINS - 1)] += rating.weight() * error;
        }
        return new Scores(brier, Arrays.stream(excess).map(Math::abs).sum(), areaUnderRocCurve(ratings, forecast));
    }

    /** Returns the weighted share of pairs of opposite ratings that the forecast ranks right; ties count half. */
    private static @Nullable Double areaUnderRocCurve(
            List<Weighted> ratings, ToDoubleFunction<AnsweredReading> forecast) {
        List<Weighted> ordered = ratings.stream()
                .sorted(Comparator.comparingDouble(rating -> forecast.applyAsDouble(rating.reading())))
                .toList();
        double negativesBelow = 0;
        double positives = 0;
        double ranked = 0;
        for (int i = 0; i < ordered.size(); ) {
            double tie = forecast.applyAsDouble(ordered.get(i).reading());
            double tiedPositives = 0;
            double tiedNegatives = 0;
            for (; i < ordered.size() && forecast.applyAsDouble(ordered.get(i).reading()) == tie; i++) {
                Weighted rating = ordered.get(i);
                tiedPositives += rating.weight() * rating.outcome();
                tiedNegatives += rating.weight() * (1 - rating.outcome());
            }
            ranked += tiedPositives * (negativesBelow + tiedNegatives / 2);
            negativesBelow += tiedNegatives;
            positives += tiedPositives;
        }
        return positives == 0 || negativesBelow == 0 ? null : ranked / (positives * negativesBelow);
    }
}
