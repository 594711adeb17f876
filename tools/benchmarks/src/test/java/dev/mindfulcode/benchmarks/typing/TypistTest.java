package dev.mindfulcode.benchmarks.typing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.schemas.KeyClass;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypistTest {

    @Test
    void isDeterministicPerSeed() {
        Recording one = new Typist(TypingModel.committed(), 7).record("a", 5_000);
        Recording again = new Typist(TypingModel.committed(), 7).record("a", 5_000);
        Recording other = new Typist(TypingModel.committed(), 8).record("a", 5_000);
        assertThat(again.pressMs()).isEqualTo(one.pressMs());
        assertThat(again.keyClasses()).isEqualTo(one.keyClasses());
        assertThat(again.dwellsMs()).isEqualTo(one.dwellsMs());
        assertThat(other.pressMs()).isNotEqualTo(one.pressMs());
    }

    @Test
    void staysInRangeForEveryPerson() {
        TypingModel model = TypingModel.committed();
        for (long seed = 0; seed < 2_000; seed++) {
            Typist typist = new Typist(model, seed);
            for (int i = 0; i < 300; i++) {
                typist.next();
                assertThat(typist.intervalMs()).isBetween(1, TypingModel.PAUSE_MS_MAX);
                assertThat(typist.dwellMs()).isBetween(1, Recording.DWELL_MS_MAX);
                assertThat(KeyClass.ofCode(typist.keyClass())).isNotNull();
            }
        }
    }

    @Test
    void readsBackItsOwnText() throws IOException {
        TypingModel committed = TypingModel.committed();
        assertThat(TypingModel.read(new StringReader(committed.text())).text()).isEqualTo(committed.text());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TypingModel.read(new StringReader("burst_shape = 1")))
                .withMessageContaining("is missing from the typing model");
    }

    @Test
    void fitRecoversTheParametersOfATypist() {
        TypingModel model = TypingModel.committed();
        List<Recording> people = new ArrayList<>();
        for (int seed = 0; seed < 400; seed++) {
            people.add(new Typist(model, seed).record(Integer.toString(seed), 2_000));
        }
        TypingModel found = TypingFit.fit(people);
        for (PersonTrait trait : PersonTrait.values()) {
            assertThat(found.traitMeans()[trait.ordinal()])
                    .as(trait.name())
                    .isCloseTo(model.traitMeans()[trait.ordinal()], within(0.12));
        }
        assertThat(found.deleteRunContinues()).isCloseTo(model.deleteRunContinues(), within(0.02));
        assertThat(found.burstShape()).isCloseTo(model.burstShape(), within(0.2));
        assertThat(found.firstDeleteFactor()).isCloseTo(model.firstDeleteFactor(), within(0.25));
    }

    @Test
    void logLogisticMatchesItsDeciles() {
        LogLogistic distribution = LogLogistic.ofDeciles(90, 170, 400);
        assertThat(distribution.quantile(0.1)).isCloseTo(90, within(1e-6));
        assertThat(distribution.quantile(0.5)).isCloseTo(170, within(1e-6));
        assertThat(distribution.quantile(0.9)).isCloseTo(400, within(1e-6));
        assertThat(distribution.cumulative(distribution.quantile(0.37))).isCloseTo(0.37, within(1e-9));
        assertThat(distribution.quantileBetween(100, 300, 0.0001)).isBetween(100.0, 101.0);
        assertThat(distribution.quantileBetween(100, 300, 0.9999)).isBetween(299.0, 300.0);
    }

    @Test
    void weibullHasTheGivenMeanAndVariation() {
        double shape = Weibull.shapeOfVariation(0.5);
        Weibull weibull = Weibull.ofMean(40, shape);
        Numbers drawn = new Numbers();
        for (int i = 0; i < 100_000; i++) {
            drawn.add(weibull.quantile((i + 0.5) / 100_000));
        }
        assertThat(drawn.mean()).isCloseTo(40, within(0.05));
        assertThat(drawn.deviation() / drawn.mean()).isCloseTo(0.5, within(0.005));
        assertThat(Weibull.shapeOfVariation(1)).isCloseTo(1, within(1e-6));
    }
}
