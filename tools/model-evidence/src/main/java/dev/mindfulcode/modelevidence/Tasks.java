package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The four tasks of the protocol: each fills a table and summarizes its figures in sentences. */
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

    Section abb(Datasets data) throws IOException {
        List<Example> examples = data.abbExamples();
        StringBuilder text = new StringBuilder("## Forecast: ABB, developers held out\n\n");
        if (people(examples) < 3) {
            return new Section(
                    text.append("Too few developers with labelled instants to hold any out: ")
                            .append(people(examples))
                            .append(".\n")
                            .toString(),
                    Map.of());
        }
        HeldOut held = new HeldOut(examples, protocol.whole("folds"));
        ScoreTable table = new ScoreTable(examples, protocol);
        table.chances("prevalence", held.prevalenceScores());
        int[] singles = {0, 1, 2, 3, 4};
        for (int column : singles) {
            table.chances(AbbForecast.RAW.get(column), held.rawScores(column));
        }
        table.ranks("top 9 % rule", raw(examples, 5));
        table.chances(COUNTS, held.rawScores(AbbForecast.COUNTS));
        table.chances(
                "logistic on all 16 raw columns",
                held.rawScores(IntStream.range(0, AbbForecast.RAW.size()).toArray()));
        addFeatures(table, examples);
        table.chances(FORMULA, Trainer.scores(FlowModel.formulaBaseline(), examples));
        table.chances(LOGISTIC, held.modelScores(Trainer.Kind.LOGISTIC, protocol.seeds()[0]));
        List<Double> bySeed = new ArrayList<>();
        for (long seed : protocol.seeds()) {
            double[] scores = held.modelScores(Trainer.Kind.NETWORK, seed);
            bySeed.add(Scores.of(examples, scores).pooledAuroc());
            if (seed == protocol.seeds()[0]) {
                table.chances(NETWORK, scores);
            }
        }
        for (Trainer.Kind kind : Trainer.Kind.values()) {
            for (CalibrationRule.Choice choice :
                    List.of(CalibrationRule.Choice.TEMPERATURE, CalibrationRule.Choice.ISOTONIC)) {
                table.chances(calibrated(kind, choice), held.modelScores(kind, protocol.seeds()[0], choice));
            }
        }
        table.chances(SHUFFLED, held.shuffledLabelScores(Trainer.Kind.NETWORK, protocol.seeds()[0]));
        text.append(String.format(
                Locale.ROOT,
                "%,d instants of %d developers, %d folds of developers; \"no gap of five minutes in the next"
                        + " fifteen\" holds in %.1f %%.%n%n",
                examples.size(),
                people(examples),
                held.folds(),
                100 * table.row(FORMULA).prevalence()));
        text.append(table.markdown()).append('\n');
        String bestSingle = best(
                table, Arrays.stream(singles).mapToObj(AbbForecast.RAW::get).toList());
        String bestFeature = best(table, FEATURES.stream().map(Tasks::alone).toList());
        for (String other : List.of(COUNTS, bestSingle, bestFeature, FORMULA, LOGISTIC)) {
            text.append("- ").append(table.differenceSentence(NETWORK, other)).append('\n');
        }
        text.append("- ").append(table.differenceSentence(LOGISTIC, COUNTS)).append('\n');
        text.append("- ").append(table.differenceSentence(LOGISTIC, bestSingle)).append('\n');
        text.append(String.format(
                Locale.ROOT,
                "- network by seed: %s%n",
                bySeed.stream()
                        .map(area -> String.format(Locale.ROOT, "%.4f", area))
                        .toList()));
        text.append("- ").append(table.leakWarning()).append('\n');
        text.append(bounds(table)).append(shipped(examples));
        List<Charts.Curve> curves = curves(table, bestSingle, COUNTS, FORMULA, LOGISTIC, NETWORK);
        Map<String, String> charts = new LinkedHashMap<>();
        charts.put("abb-roc.svg", Charts.roc("ABB forecast, developers held out", curves));
        charts.put(
                "abb-reliability.svg",
                Charts.reliability("ABB forecast, calibration", curves(table, FORMULA, LOGISTIC, NETWORK)));
        text.append("\n![ROC curves](evaluation/abb-roc.svg) ![Calibration curves](evaluation/abb-reliability.svg)\n");
        return new Section(text.toString(), charts);
    }

    /** Returns the row name of a model with a given calibration. */
    private static String calibrated(Trainer.Kind kind, CalibrationRule.Choice choice) {
        return (kind == Trainer.Kind.LOGISTIC ? "logistic" : "network")
                + (choice == CalibrationRule.Choice.ISOTONIC ? ", always isotonic" : ", always temperature");
    }

    private String bounds(ScoreTable table) {
        double bound = protocol.number("abb.published.logistic");
        double ece = protocol.number("abb.calibration.error.max");
        StringBuilder text = new StringBuilder();
        for (String name : List.of(LOGISTIC, NETWORK)) {
            double error = table.row(name).calibrationError();
            text.append(String.format(
                    Locale.ROOT,
                    "- %s: ECE %.3f, %s the bound of %.2f; pooled AUROC %.3f against the published %.3f%n"
                            + "  (other windows and developers)%n",
                    name,
                    error,
                    error <= ece ? "within" : "**beyond**",
                    ece,
                    table.row(name).pooledAuroc(),
                    bound));
        }
        return text.toString();
    }

    private String shipped(List<Example> examples) {
        Set<String> seen = ShippedModels.trainingPeople();
        List<Example> unseen = examples.stream()
                .filter(example -> !seen.contains(example.person()))
                .toList();
        StringBuilder text = new StringBuilder("\n### The models as shipped, on developers they have not seen\n\n");
        if (people(unseen) < 2) {
            return text.append("All developers here are among the ")
                    .append(seen.size())
                    .append(" that the shipped models were trained on.\nThe table above is of models retrained without"
                            + " each fold.\nPass a folder of other developers to fill it.\n")
                    .toString();
        }
        ScoreTable table = new ScoreTable(unseen, protocol);
        table.ranks(AbbForecast.RAW.get(2), raw(unseen, 2));
        table.ranks(AbbForecast.RAW.get(0), raw(unseen, 0));
        for (FlowModel model : ShippedModels.all()) {
            table.chances(model.id(), Trainer.scores(model, unseen));
        }
        return text.append(
                        String.format(Locale.ROOT, "%,d instants of %d developers.%n%n", unseen.size(), people(unseen)))
                .append(table.markdown())
                .append("\n- ")
                .append(table.differenceSentence(FlowModel.builtIn().id(), AbbForecast.RAW.get(2)))
                .append('\n')
                .toString();
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
        table.chances(
                FlowModel.builtIn().id() + " as shipped, never trained on SWELL",
                Trainer.scores(FlowModel.builtIn(), examples));
        table.chances(LOGISTIC, held.modelScores(Trainer.Kind.LOGISTIC, protocol.seeds()[0]));
        table.chances(NETWORK, held.modelScores(Trainer.Kind.NETWORK, protocol.seeds()[0]));
        table.chances(SHUFFLED, held.shuffledLabelScores(Trainer.Kind.NETWORK, protocol.seeds()[0]));
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
        table.chances(
                FlowModel.builtIn().id() + " as shipped, never trained on arousal",
                Trainer.scores(FlowModel.builtIn(), examples));
        table.chances(LOGISTIC, held.modelScores(Trainer.Kind.LOGISTIC, protocol.seeds()[0]));
        table.chances(NETWORK, held.modelScores(Trainer.Kind.NETWORK, protocol.seeds()[0]));
        table.chances(SHUFFLED, held.shuffledLabelScores(Trainer.Kind.NETWORK, protocol.seeds()[0]));
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

    private static String best(ScoreTable table, List<String> names) {
        return names.stream()
                .max(java.util.Comparator.comparingDouble(
                        name -> table.row(name).pooledAuroc()))
                .orElseThrow();
    }

    private static List<Charts.Curve> curves(ScoreTable table, String... names) {
        return Arrays.stream(names)
                .map(name -> new Charts.Curve(name, table.row(name)))
                .toList();
    }

    private static double[] raw(List<Example> examples, int column) {
        return examples.stream().mapToDouble(example -> example.raw()[column]).toArray();
    }

    private static double[] feature(List<Example> examples, int feature) {
        return examples.stream()
                .mapToDouble(example -> example.features()[feature])
                .toArray();
    }

    static long people(List<Example> examples) {
        return examples.stream().map(Example::person).distinct().count();
    }
}
