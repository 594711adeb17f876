package dev.mindfulcode.flowengine.team;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrivacyBudgetTest {

    private static final long DAY_MS = 86_400_000;
    private static final long FIRST = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

    @Test
    void defaultPaysForEachDayOfAMonth() {
        @Nullable PrivacyAccount account = PrivacyAccount.EMPTY;
        for (int day = 0; day < 31; day++) {
            account = requireNonNull(account).charge(FIRST + day * DAY_MS, PrivacyBudget.DEFAULT);
        }
        assertThat(requireNonNull(account).spentMicros()).isEqualTo(PrivacyBudget.DEFAULT.monthMicros());
        assertThat(account.charge(FIRST + 30 * DAY_MS, PrivacyBudget.DEFAULT)).isNull();
    }

    @Test
    void refusesWhenTheMonthIsSpentAndBeginsAgainWithTheNext() {
        PrivacyBudget budget = new PrivacyBudget(400_000, 1_000_000);
        PrivacyAccount one = requireNonNull(PrivacyAccount.EMPTY.charge(FIRST, budget));
        PrivacyAccount two = requireNonNull(one.charge(FIRST + DAY_MS, budget));
        assertThat(two.spentMicros()).isEqualTo(800_000);
        assertThat(two.charge(FIRST + 2 * DAY_MS, budget)).isNull();
        assertThat(requireNonNull(two.charge(FIRST + 31 * DAY_MS, budget)).spentMicros())
                .isEqualTo(400_000);
        assertThat(two.in(FIRST + 30 * DAY_MS)).isEqualTo(two);
    }

    @Test
    void accountSurvivesItsEncoding() {
        PrivacyAccount account = requireNonNull(PrivacyAccount.EMPTY.charge(FIRST, PrivacyBudget.DEFAULT));
        ByteBuffer bytes = ByteBuffer.allocate(PrivacyAccount.BYTES);
        account.write(bytes);
        assertThat(PrivacyAccount.read(bytes.flip())).isEqualTo(account);
    }

    @Test
    void rejectsBudgetsOutOfRange() {
        assertThatThrownBy(() -> new PrivacyBudget(0, 1)).hasMessageContaining("ρ per day");
        assertThatThrownBy(() -> new PrivacyBudget(500_000, 499_999)).hasMessageContaining("ρ per month");
        assertThatThrownBy(() -> new PrivacyBudget(500_000, 31 * 500_000 + 1)).hasMessageContaining("ρ per month");
    }

    /** The continuous Gaussian mechanism with the same ρ has the smaller, exact ε; the textbook bound a greater one. */
    @Test
    void epsilonIsBetweenTheExactOneOfTheGaussianAndTheTextbookBound() {
        for (double rho : new double[] {0.05, 0.5, 1, 15.5}) {
            double epsilon = PrivacyLoss.epsilon(rho);
            assertThat(epsilon).isLessThan(rho + 2 * Math.sqrt(rho * Math.log(1 / PrivacyLoss.DELTA)));
            assertThat(deltaOfGaussian(Math.sqrt(2 * rho), epsilon)).isLessThan(PrivacyLoss.DELTA);
            assertThat(deltaOfGaussian(Math.sqrt(2 * rho), 0.8 * epsilon))
                    .as("and is not far from it")
                    .isGreaterThan(PrivacyLoss.DELTA);
        }
        assertThat(PrivacyLoss.epsilon(0.5)).isCloseTo(5.22, within(0.01));
    }

    /** Balle and Wang, ICML 2018, theorem 8. */
    private static double deltaOfGaussian(double mu, double epsilon) {
        return normal(mu / 2 - epsilon / mu) - Math.exp(epsilon) * normal(-mu / 2 - epsilon / mu);
    }

    /** By integration, exact enough in the tail. */
    private static double normal(double x) {
        double step = 1e-4;
        double sum = 0;
        for (double at = -14 + step / 2; at < x; at += step) {
            sum += Math.exp(-at * at / 2);
        }
        return sum * step / Math.sqrt(2 * Math.PI);
    }
}
