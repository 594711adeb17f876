package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The tasks about state: each fills a table. */
final class Tasks {
    static final String FORMULA = "five-feature formula";
    static final String LOGISTIC = "logistic on the five features";
    static final String NETWORK = "network on the five features";
    private static final String COUNTS = "logistic on plain counts";
    private static final String SHUFFLED = "network, shuffled labels";
    private static final List<String> FEATURES = List.of("rhythm", "focus", "consistency", "error penalty", "velocity");

    /**
     * The output of a task.
     *
     * @param charts SVG by file name
     */
    record Section(String markdown, Map<String, String> charts) {}

    private final Protocol protocol;

    Tasks(Protocol protocol) {
        this.protocol = protocol;
    }

    Section swell(Datasets data, int minutes) throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path folder : data.swell()) {
            examples.addAll(SwellMinutes.examples(folder, minutes));
        }
        HeldOut held = new HeldOut(examples, Integer.MAX_VALUE);
        ScoreTable table = new ScoreTable(examples, protocol);
        table.chances("prevalence", held.prevalenceScores());
        table.chances("block", held.rawScores(SwellMinutes.BLOCK_COLUMN));
        String bestCount = "";
        double best = 0;
        for (int c = 0; c < SwellMinutes.BLOCK_COLUMN; c++) {
            double area = Scores.of(examples, raw(examples, c)).pooledAuroc();
            if (Math.max(area, 1 - area) > best) {
                best = Math.max(area, 1 - area);
                double sign = area < 0.5 ? -1 : 1;
                bestCount = SwellMinutes.COUNTS.get(c);
                int column = c;
                table = withBest(table, examples, column, sign, held);
            }
        }
        table.chances(
                "logistic on all 18 counts",
                held.rawScores(IntStream.range(0, SwellMinutes.BLOCK_COLUMN).toArray()));
        for (int f : new int[] {1, 3, 4}) {
            table.ranks(alone(FEATURES.get(f)), feature(examples, f));
        }
        table.chances(FORMULA, Trainer.scores(FlowModel.formulaBaseline(), examples));
        table.chances(LOGISTIC, held.modelScores(Trainer.Kind.LOGISTIC, ModelInputs.SCORES, protocol.seeds()[0]));
        table.chances(NETWORK, held.modelScores(Trainer.Kind.NETWORK, ModelInputs.SCORES, protocol.seeds()[0]));
        table.chances(
                SHUFFLED, held.shuffledLabelScores(Trainer.Kind.NETWORK, ModelInputs.SCORES, protocol.seeds()[0]));
        String name = minutes == 1 ? "per minute" : minutes + "-minute windows";
        String text = String.format(
                        Locale.ROOT,
                        "## State: SWELL, time pressure against interruptions, %s, one person out%n%n"
                                + "%,d rows of %d people, %.1f %% under time pressure."
                                + " Best single count, chosen on the rows it is scored on: %s.%n%n",
                        name,
                        examples.size(),
                        people(examples),
                        100 * table.row(FORMULA).prevalence(),
                        bestCount)
                + table.markdown() + "\n- " + table.leakWarning() + "\n";
        String file = "swell-" + minutes + "min";
        Map<String, String> charts = new LinkedHashMap<>();
        charts.put(
                file + "-roc.svg", Charts.roc("SWELL T against I, " + name, curves(table, FORMULA, LOGISTIC, NETWORK)));
        charts.put(
                file + "-reliability.svg",
                Charts.reliability("SWELL calibration, " + name, curves(table, FORMULA, LOGISTIC, NETWORK)));
        return new Section(
                text + "\n![ROC curves](evaluation/" + file + "-roc.svg) ![Calibration curves](evaluation/" + file
                        + "-reliability.svg)\n",
                charts);
    }

    /** Starts a new table with this count as the best so far. */
    private ScoreTable withBest(ScoreTable before, List<Example> examples, int column, double sign, HeldOut held) {
        ScoreTable table = new ScoreTable(examples, protocol);
        table.chances("prevalence", before.row("prevalence").scores());
        table.chances("block", before.row("block").scores());
        table.ranks(
                "best single count",
                Arrays.stream(raw(examples, column)).map(value -> sign * value).toArray());
        table.chances("the same count, fitted one person out", held.rawScores(column));
        return table;
    }

    Section freihaut(Datasets data) throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path folder : data.freihaut()) {
            examples.addAll(FreihautTyping.examples(folder));
        }
        HeldOut held = new HeldOut(examples, protocol.whole("folds"));
        ScoreTable table = new ScoreTable(examples, protocol);
        table.chances("prevalence", held.prevalenceScores());
        table.chances("median interval", held.rawScores(0));
        table.chances(COUNTS, held.rawScores(FreihautTyping.allRaw()));
        addFeatures(table, examples);
        table.chances(FORMULA, Trainer.scores(FlowModel.formulaBaseline(), examples));
        table.chances(LOGISTIC, held.modelScores(Trainer.Kind.LOGISTIC, ModelInputs.SCORES, protocol.seeds()[0]));
        table.chances(NETWORK, held.modelScores(Trainer.Kind.NETWORK, ModelInputs.SCORES, protocol.seeds()[0]));
        table.chances(
                SHUFFLED, held.shuffledLabelScores(Trainer.Kind.NETWORK, ModelInputs.SCORES, protocol.seeds()[0]));
        return new Section(
                String.format(
                                Locale.ROOT,
                                "## Raw path: Freihaut, own arousal, people held out%n%n"
                                        + "%,d typing tasks of %d people, %.1f %% above"
                                        + " the person's own median arousal.%n%n",
                                examples.size(),
                                people(examples),
                                100 * table.row(FORMULA).prevalence())
                        + table.markdown() + "\n- " + table.leakWarning() + "\n",
                Map.of());
    }

    private void addFeatures(ScoreTable table, List<Example> examples) {
        for (int f = 0; f < FEATURES.size(); f++) {
            double[] values = feature(examples, f);
            if (f == FlowModel.ERROR_PENALTY) {
                values = Arrays.stream(values).map(value -> -value).toArray();
            }
            table.ranks(alone(FEATURES.get(f)), values);
        }
    }

    private static String alone(String feature) {
        return feature.equals("error penalty") ? "low error penalty alone" : feature + " alone";
    }

    static List<Charts.Curve> curves(ScoreTable table, String... names) {
        return Arrays.stream(names)
                .map(name -> new Charts.Curve(name, table.row(name)))
                .toList();
    }

    static double[] raw(List<Example> examples, int column) {
        return examples.stream().mapToDouble(example -> example.raw()[column]).toArray();
    }

    static double[] feature(List<Example> examples, int feature) {
        return examples.stream()
                .mapToDouble(example -> example.features()[feature])
                .toArray();
    }

    static long people(List<Example> examples) {
        return examples.stream().map(Example::person).distinct().count();
    }
}
