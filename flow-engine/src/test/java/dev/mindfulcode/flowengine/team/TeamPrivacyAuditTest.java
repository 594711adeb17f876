package dev.mindfulcode.flowengine.team;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Noised;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Attacks the released days with statistics: many releases under fresh keys, of two inputs that differ in one member's
 * day. A reader who knows the other members' days exactly looks for the event that separates the two best. The lower
 * bound of the ε that this shows (Clopper and Pearson, Biometrika 26, 1934, on releases that did not choose the event)
 * must not exceed the ε that is stated for ρ, for any δ; with half of the noise, it does.
 */
class TeamPrivacyAuditTest {

    private static final int RELEASES = 30_000;

    /** With hours, a release draws nine times as many figures. */
    private static final int RELEASES_WITH_HOURS = 6_000;

    private static final double[] DELTAS = {PrivacyLoss.DELTA, 1e-3, 1e-2};

    /** Of one bound to be wrong; the seeds are fixed. */
    private static final double ALPHA = 1e-5;

    private static final long DAY = 20_000L * 86_400_000;
    private static final long RHO_MICROS = PrivacyBudget.DEFAULT.dayMicros();

    @Test
    void findsNoViolationOfTheStatedEpsilon() {
        for (MemberDay watched : List.of(day(10, 600), day(1, 60), new MemberDay(few(), Map.of()))) {
            assertThat(violations(5, watched, RHO_MICROS, RELEASES)).isEmpty();
        }
        assertThat(violations(25, day(10, 600), RHO_MICROS, RELEASES_WITH_HOURS))
                .isEmpty();
    }

    @Test
    void findsAViolationWithHalfOfTheNoise() {
        // Four times the budget is half of the noise.
        assertThat(violations(5, day(10, 600), 4 * RHO_MICROS, RELEASES)).isNotEmpty();
        assertThat(violations(25, day(10, 600), 4 * RHO_MICROS, RELEASES_WITH_HOURS))
                .isNotEmpty();
    }

    /** A member without consent reads each second for an hour, before and after the release, and computes the mean. */
    @Test
    void repeatedReadsRevealNothingMore() {
        TeamNoise noise = new TeamNoise(new byte[32], new UUID(1, 1));
        List<Window> first = TeamDayRelease.of(DAY, 6, List.of(day(3, 60)), PrivacyBudget.DEFAULT, noise);
        for (int second = 0; second < 3_600; second++) {
            assertThat(TeamDayRelease.of(DAY, 6, List.of(day(3, 60)), PrivacyBudget.DEFAULT, noise))
                    .isEqualTo(first);
        }
    }

    /** Returns the bounds that exceed the stated ε. */
    private static List<String> violations(int members, MemberDay watched, long budgetMicros, int releases) {
        PrivacyBudget budget = new PrivacyBudget(budgetMicros, budgetMicros);
        double[] without = scores(members, List.of(), watched, budget, releases, 1);
        double[] with = scores(members, List.of(watched), watched, budget, releases, 2);
        List<String> violations = new ArrayList<>();
        for (double delta : DELTAS) {
            double stated = PrivacyLoss.epsilon(RHO_MICROS / 1e6, delta);
            double shown = Math.max(
                    epsilonLowerBound(without, with, delta),
                    epsilonLowerBound(negative(with), negative(without), delta));
            if (shown > stated) {
                violations.add("%d members, δ %.0e: ε is at least %.2f, stated is %.2f"
                        .formatted(members, delta, shown, stated));
            }
        }
        return violations;
    }

    /** Returns the likelihood ratio of each release, as its reader can compute it, without constants. */
    private static double[] scores(
            int members, List<MemberDay> active, MemberDay watched, PrivacyBudget budget, int releases, int seed) {
        Map<String, Double> weights = new HashMap<>();
        TeamDayRelease.of(DAY, members, List.of(watched), budget, (size, startMs, figure, sum) -> {
            weights.put(size + " " + startMs + figure, (double) sum);
            return new TeamNoise(new byte[32], new UUID(0, 0)).bits(size, startMs, figure, sum);
        });
        Random keys = new Random(seed);
        double[] scores = new double[releases];
        for (int i = 0; i < releases; i++) {
            byte[] key = new byte[32];
            keys.nextBytes(key);
            TeamNoise noise = new TeamNoise(key, new UUID(0, 1));
            for (Window window : TeamDayRelease.of(DAY, members, active, budget, noise)) {
                for (Map.Entry<TeamFigure, Noised> figure : window.figures().entrySet()) {
                    double weight = Objects.requireNonNull(
                            weights.get(window.size() + " " + window.startMs() + figure.getKey()));
                    double margin = figure.getValue().margin();
                    scores[i] += weight == 0 ? 0 : figure.getValue().value() * weight / (margin * margin);
                }
            }
        }
        return scores;
    }

    /** Chooses thresholds on the first half of the releases and bounds ε on the second. */
    private static double epsilonLowerBound(double[] below, double[] above, double delta) {
        int half = below.length / 2;
        double[] sorted = Arrays.copyOf(below, half);
        Arrays.sort(sorted);
        double best = 0;
        for (double share = 0.5; share * half >= 2; share /= 2) {
            double threshold = sorted[half - (int) (share * half)];
            double rare = upperBound(count(below, half, threshold), half);
            double often = lowerBound(count(above, half, threshold), half);
            best = Math.max(best, Math.log(Math.max(often - delta, 1e-300) / rare));
        }
        return best;
    }

    private static int count(double[] scores, int from, double threshold) {
        return (int) Arrays.stream(scores, from, scores.length)
                .filter(score -> score >= threshold)
                .count();
    }

    /** Clopper and Pearson: the least probability under which so many hits or more have a probability of α. */
    private static double lowerBound(int hits, int trials) {
        return hits == 0 ? 0 : bisect(p -> 1 - atMost(hits - 1, trials, p) > ALPHA);
    }

    private static double upperBound(int hits, int trials) {
        return hits == trials ? 1 : bisect(p -> atMost(hits, trials, p) < ALPHA);
    }

    /** Returns the least probability for which a monotonous condition holds. */
    private static double bisect(java.util.function.DoublePredicate holds) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 50; i++) {
            double middle = (low + high) / 2;
            if (holds.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The distribution function of the binomial distribution. */
    private static double atMost(int hits, int trials, double p) {
        double logTerm = trials * Math.log1p(-p);
        double sum = Math.exp(logTerm);
        for (int k = 1; k <= hits; k++) {
            logTerm += Math.log((double) (trials - k + 1) / k) + Math.log(p) - Math.log1p(-p);
            sum += Math.exp(logTerm);
        }
        return Math.min(1, sum);
    }

    private static double[] negative(double[] scores) {
        return Arrays.stream(scores).map(score -> -score).toArray();
    }

    /** A day of so many hours with so many minutes of flow in all. */
    private static MemberDay day(int hours, int minutesInFlow) {
        Contribution day = new Contribution();
        Map<Long, Contribution> byHour = new HashMap<>();
        for (int minute = 0; minute < hours * 60; minute++) {
            long flowMs = minute < minutesInFlow ? 60_000 : 0;
            day.addMinute(60_000, flowMs, minute % 10 == 0 ? 1 : 0);
            byHour.computeIfAbsent(DAY + (9 + minute / 60) * WindowSize.HOUR.lengthMs(), _ -> new Contribution())
                    .addMinute(60_000, flowMs, 0);
        }
        return new MemberDay(day, byHour);
    }

    /** The 37 keys that a member without consent once counted. */
    private static Contribution few() {
        Contribution few = new Contribution();
        few.addMinute(10_000, 0, 0);
        return few;
    }
}
