package dev.mindfulcode.apigateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.apigateway.admin.InstallationEvaluation.AnsweredReading;
import dev.mindfulcode.apigateway.admin.InstallationEvaluation.Scores;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class InstallationEvaluationTest {

    private static final Offset<Double> EXACT = within(1e-9);

    @Test
    void hasNoFigureOfFewerThanTenUsersWithRatings() {
        List<List<AnsweredReading>> users = users(9, new AnsweredReading(true, 0.5, 0.5));
        users.add(List.of());

        assertThat(InstallationEvaluation.of(users)).isEmpty();
        assertThat(InstallationEvaluation.of(users(10, new AnsweredReading(true, 0.5, 0.5))))
                .isPresent();
    }

    /** Four positives at 0.8 and one at 0.3, five negatives at 0.3: 20 of 25 pairs are ranked right, 5 are tied. */
    @Test
    void scoresTheModelAgainstTheConstantRate() {
        List<List<AnsweredReading>> users = users(4, new AnsweredReading(true, 0.8, 1));
        users.addAll(users(1, new AnsweredReading(true, 0.3, 1)));
        users.addAll(users(5, new AnsweredReading(false, 0.3, 0)));

        InstallationEvaluation evaluation = InstallationEvaluation.of(users).orElseThrow();

        assertThat(evaluation.inFlowRate()).isCloseTo(0.5, EXACT);
        assertScores(evaluation.constantRate(), 0.25, 0, 0.5);
        assertScores(evaluation.model(), (4 * 0.04 + 0.49 + 5 * 0.09) / 10, (4 * 0.2 + (5 * 0.3 - 0.7)) / 10, 0.9);
        assertScores(evaluation.shown(), 0, 0, 1);
    }

    private static void assertScores(Scores scores, double brier, double calibrationError, double auroc) {
        assertThat(scores.brier()).isCloseTo(brier, EXACT);
        assertThat(scores.calibrationError()).isCloseTo(calibrationError, EXACT);
        assertThat(scores.auroc()).isCloseTo(auroc, EXACT);
    }

    @Test
    void weighsEachUserAlikeAndBoundsTheirRatings() {
        List<List<AnsweredReading>> users = users(9, new AnsweredReading(false, 0, 0));
        users.add(Collections.nCopies(1_000, new AnsweredReading(true, 0, 0)));

        InstallationEvaluation evaluation = InstallationEvaluation.of(users).orElseThrow();

        assertThat(evaluation.inFlowRate()).isCloseTo(0.1, EXACT);
        assertThat(evaluation.model().brier()).isCloseTo(0.1, EXACT);
        assertThat(evaluation.ratings()).isEqualTo(9 + InstallationEvaluation.RATINGS_A_USER_MAX);
    }

    /** Else the figures before and after would show what the one user added. */
    @Test
    void doesNotChangeWhenOneUserJoins() {
        List<List<AnsweredReading>> users = users(10, new AnsweredReading(false, 0.2, 0.2));
        InstallationEvaluation before = InstallationEvaluation.of(users).orElseThrow();
        for (int joined = 1; joined < InstallationEvaluation.USERS_STEP; joined++) {
            users.add(List.of(new AnsweredReading(true, 0.9, 0.9)));
            assertThat(InstallationEvaluation.of(users)).contains(before);
        }
        users.add(List.of(new AnsweredReading(true, 0.9, 0.9)));
        assertThat(InstallationEvaluation.of(users).orElseThrow().users()).isEqualTo(15);
    }

    @Test
    void hasNoAreaIfAllRatingsAgree() {
        InstallationEvaluation evaluation = InstallationEvaluation.of(users(10, new AnsweredReading(true, 0.5, 0.5)))
                .orElseThrow();
        assertThat(evaluation.model().auroc()).isNull();
    }

    @Test
    void countsWeeksThatAreOver() {
        ContributedRatings.Period period = ModelEvaluator.completeWeeks(Instant.parse("2026-11-29T23:59:59Z"));
        assertThat(period.to()).isEqualTo("2026-11-23T00:00:00Z");
        assertThat(period.from()).isEqualTo("2026-08-31T00:00:00Z");
        assertThat(ModelEvaluator.completeWeeks(Instant.parse("2026-11-30T00:00:00Z"))
                        .to())
                .isEqualTo("2026-11-30T00:00:00Z");
    }

    private static List<List<AnsweredReading>> users(int count, AnsweredReading rating) {
        return new ArrayList<>(Collections.nCopies(count, List.of(rating)));
    }
}
