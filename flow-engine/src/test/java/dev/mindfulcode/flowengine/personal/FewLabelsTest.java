package dev.mindfulcode.flowengine.personal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Example;

/**
 * Recomputes the tables of docs/personal-layer.md: simulated people with a meaning of flow of their own and noisy
 * answers. After a change of the layer the failure message contains the new tables.
 */
class FewLabelsTest {
    private static final int[] LABELS = {0, 1, 3, 5, 10, 30, 100};
    private static final int PEOPLE = 500;
    private static final double ANSWER_NOISE = 0.2;
    private static final Path PAGE = Path.of("..", "docs", "personal-layer.md");

    @Example
    void documentedTablesAreCurrent() throws IOException {
        List<String> rows = new ArrayList<>();
        rows.addAll(worstCases());
        rows.addAll(simulated("own", 1.0, 0.3));
        rows.addAll(simulated("none", 0, 0));
        assertThat(Files.readAllLines(PAGE)).as(String.join("\n", rows)).containsAll(rows);
    }

    /** The largest change at any intensity, over all labels that repeat one answer about one intensity. */
    private static List<String> worstCases() {
        List<String> rows = new ArrayList<>();
        for (int labels : LABELS) {
            double change = 0;
            for (float about = 0.02f; about < 1; about += 0.02f) {
                for (int flow : new int[] {1, 7}) {
                    PersonalLayer layer = new PersonalLayer();
                    for (int i = 0; i < labels; i++) {
                        layer.learn(i * PersonalLayer.HOUR_MS, about, flow, 1);
                    }
                    for (float x = 0.01f; x < 1; x += 0.01f) {
                        change = Math.max(change, Math.abs(layer.intensity(x) - x));
                    }
                }
            }
            rows.add(String.format(Locale.ROOT, "| worst | %d | %.3f |", labels, change));
        }
        return rows;
    }

    private static List<String> simulated(String meaning, double offsets, double slopes) {
        List<String> rows = new ArrayList<>();
        for (int labels : LABELS) {
            double change = 0;
            double brierModel = 0;
            double brierPersonal = 0;
            int readings = 0;
            for (int person = 0; person < PEOPLE; person++) {
                Random random = new Random(person);
                double offset = offsets * random.nextGaussian();
                double slope = Math.exp(slopes * random.nextGaussian());
                PersonalLayer layer = new PersonalLayer();
                for (int i = 0; i < labels; i++) {
                    float about = 0.1f + 0.8f * random.nextFloat();
                    double meant = own(offset, slope, about) + ANSWER_NOISE * random.nextGaussian();
                    layer.learn(i * PersonalLayer.HOUR_MS, about, (int) Math.round(1 + 6 * Math.clamp(meant, 0, 1)), 1);
                }
                for (float x = 0.1f; x <= 0.9f; x += 0.05f) {
                    double truth = own(offset, slope, x);
                    double personal = layer.intensity(x);
                    change += Math.abs(personal - x);
                    brierModel += square(x - truth) + truth * (1 - truth);
                    brierPersonal += square(personal - truth) + truth * (1 - truth);
                    readings++;
                }
            }
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.3f | %.4f | %.4f |",
                    meaning,
                    labels,
                    change / readings,
                    brierModel / readings,
                    brierPersonal / readings));
        }
        return rows;
    }

    private static double own(double offset, double slope, double x) {
        return 1 / (1 + Math.exp(-offset - slope * Math.log(x / (1 - x))));
    }

    private static double square(double x) {
        return x * x;
    }
}
