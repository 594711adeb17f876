package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.insight.SimulatedLife.Effect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Rates of sentences of simulated people of whom they are false, and of whom they are true. The rates are
 * in the output and in docs/insights.md.
 */
class InsightSimulationsTest {

    private static final int PEOPLE = 1_000;
    private static final int PEOPLE_WITH_EFFECT = 200;
    private static final double FALSE_ALARMS_MAX = 0.05;
    private static final double POWER_MIN = 0.15;
    private static final Path PAGE = Path.of("..", "docs", "insights.md");

    @Test
    void sentencesAreRareWhereFalseAndCommonWhereTrue() throws IOException {
        Map<Effect, Integer> hits = new EnumMap<>(Effect.class);
        Simulation any = Simulation.run("false alarms, any sentence", PEOPLE, random -> {
            List<Effect> found = comparisons(random, Effect.NONE);
            found.forEach(effect -> hits.merge(effect, 1, Integer::sum));
            return !found.isEmpty();
        });
        List<Simulation> alarms = new ArrayList<>(List.of(any));
        List<Simulation> powers = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (Effect effect : Effect.values()) {
            if (effect != Effect.NONE) {
                Simulation alone = new Simulation("false alarms, " + effect.id(), hits.getOrDefault(effect, 0), PEOPLE);
                System.out.println(alone);
                Simulation power = Simulation.run(
                        "power, " + effect.id(),
                        PEOPLE_WITH_EFFECT,
                        random -> comparisons(random, effect).contains(effect));
                alarms.add(alone);
                powers.add(power);
                rows.add(row(effect.id(), alone) + String.format(Locale.ROOT, " %.1f %% |", 100 * power.share()));
            }
        }
        rows.add(row("any of them", any) + " |");
        assertThat(alarms).allSatisfy(one -> assertThat(one.atMost()).isLessThanOrEqualTo(FALSE_ALARMS_MAX));
        assertThat(powers).allSatisfy(one -> assertThat(one.share()).isGreaterThan(POWER_MIN));
        assertThat(rows).hasSize(Significance.COMPARISONS + 1);
        assertThat(Files.readAllLines(PAGE)).as(String.join("\n", rows)).containsAll(rows);
    }

    private static String row(String id, Simulation alarms) {
        return String.format(
                Locale.ROOT, "| %s | %.1f %% | %.1f %% |", id, 100 * alarms.share(), 100 * alarms.atMost());
    }

    private static List<Effect> comparisons(Random random, Effect effect) {
        List<Effect> found = new ArrayList<>();
        for (Insight insight : Insights.from(new SimulatedLife(random, effect).history())) {
            if (insight.reference() != null) {
                found.add(Effect.of(insight.id()));
            }
        }
        return found;
    }
}
