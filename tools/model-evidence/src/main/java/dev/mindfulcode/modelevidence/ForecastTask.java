package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.modelevidence.Example.Stratum;
import dev.mindfulcode.modelevidence.ScoreTable.Gain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The forecast on ABB logs. Every sentence of its section is written from the tables. */
final class ForecastTask {
    private static final String SMALL = "small logistic model";
    private static final String COUNTS = "logistic on plain counts";
    private static final String RUNNING_RATE = AbbForecast.RAW.get(AbbForecast.OWN_RUNNING_RATE);
    private static final String SINCE = AbbForecast.RAW.get(AbbForecast.SECONDS_SINCE_LAST);
    private static final String PRESENCE = AbbForecast.RAW.get(AbbForecast.PRESENCE);
    private static final int COLUMNS = 118;
    private static final List<String> SIMPLE = List.of(SINCE, PRESENCE, SMALL);

    private final Protocol protocol;

    ForecastTask(Protocol protocol) {
        this.protocol = protocol;
    }

    Tasks.Section section(Datasets data) throws IOException {
        List<Example> examples = data.abbExamples();
        StringBuilder text = new StringBuilder("## Forecast: ABB, developers held out\n\n");
        if (Tasks.people(examples) < 3) {
            text.append("Too few developers with labelled instants to hold any out: ")
                    .append(Tasks.people(examples))
                    .append(".\n");
            return new Tasks.Section(text.toString(), Map.of());
        }
        HeldOut held = new HeldOut(examples, protocol.whole("folds"));
        Map<String, double[]> scores = heldOutScores(held, examples);
        ScoreTable table =
                table(examples, scores, IntStream.range(0, examples.size()).toArray());
        text.append(wrapped(
                        String.format(
                                Locale.ROOT,
                                "%,d instants of %d developers, every %d seconds of sessions that are not paused, %d"
                                        + " folds of developers. \"No gap of five minutes in the next fifteen\" holds"
                                        + " in %.1f %%.",
                                examples.size(),
                                Tasks.people(examples),
                                AbbForecast.STEP_S,
                                held.folds(),
                                100 * table.row(SMALL).prevalence()),
                        "\n"))
                .append("\n\n");
        text.append(table.markdown()).append('\n');
        text.append(item(selection(table)));
        for (Candidate candidate : Candidate.values()) {
            text.append(gains(table, candidate.text));
        }
        text.append(bySeed(held, examples))
                .append("- ")
                .append(table.leakWarning())
                .append("\n\n");
        text.append(strata(examples, scores, candidateNames()));
        text.append(busy(examples, scores)).append(shipped(examples));
        Map<String, String> charts = new LinkedHashMap<>();
        List<String> drawn = new ArrayList<>(List.of(SINCE, SMALL));
        drawn.addAll(candidateNames());
        String[] names = drawn.toArray(String[]::new);
        charts.put("abb-roc.svg", Charts.roc("ABB forecast, developers held out", Tasks.curves(table, names)));
        charts.put(
                "abb-reliability.svg",
                Charts.reliability(
                        "ABB forecast, calibration",
                        Tasks.curves(table, candidateNames().toArray(String[]::new))));
        text.append("\n![ROC curves](evaluation/abb-roc.svg) ![Calibration curves](evaluation/abb-reliability.svg)\n");
        return new Tasks.Section(text.toString(), charts);
    }

    private static List<String> candidateNames() {
        return java.util.Arrays.stream(Candidate.values())
                .map(candidate -> candidate.text)
                .toList();
    }

    private Map<String, double[]> heldOutScores(HeldOut held, List<Example> examples) {
        Map<String, double[]> scores = simpleScores(held);
        scores.put(COUNTS, held.rawScores(AbbForecast.COUNTS));
        scores.put(Tasks.FORMULA, Trainer.scores(FlowModel.formulaBaseline(), examples));
        long seed = protocol.seeds()[0];
        for (Candidate candidate : Candidate.values()) {
            scores.put(candidate.text, held.modelScores(candidate.kind, candidate.inputs, seed));
        }
        scores.put(
                "network on the work history, shuffled labels",
                held.shuffledLabelScores(Trainer.Kind.NETWORK, ModelInputs.HISTORY, seed));
        return scores;
    }

    /** Returns the held-out scores of what a model must beat. */
    private static Map<String, double[]> simpleScores(HeldOut held) {
        Map<String, double[]> scores = new LinkedHashMap<>();
        scores.put("prevalence", held.prevalenceScores());
        scores.put(RUNNING_RATE, held.rawScores(AbbForecast.OWN_RUNNING_RATE));
        scores.put(
                AbbForecast.RAW.get(AbbForecast.MINUTES_INTO_SESSION),
                held.rawScores(AbbForecast.MINUTES_INTO_SESSION));
        scores.put(SINCE, held.rawScores(AbbForecast.SECONDS_SINCE_LAST));
        scores.put(PRESENCE, held.rawScores(AbbForecast.PRESENCE));
        scores.put(SMALL, held.rawScores(AbbForecast.SMALL));
        return scores;
    }

    private ScoreTable table(List<Example> examples, Map<String, double[]> scores, int[] rows) {
        List<Example> chosen = IntStream.of(rows).mapToObj(examples::get).toList();
        ScoreTable table = new ScoreTable(chosen, protocol);
        scores.forEach((name, all) -> table.chances(
                name, IntStream.of(rows).mapToDouble(row -> all[row]).toArray()));
        return table;
    }

    /** Returns the model that the rule selects: the simplest that no other beats by a paired interval over people. */
    private static String selection(ScoreTable table) {
        for (Candidate candidate : Candidate.values()) {
            String beatenBy = "";
            for (Candidate other : Candidate.values()) {
                if (table.pooledGain(other.text, candidate.text).isAbove()) {
                    beatenBy = other.text;
                }
            }
            if (beatenBy.isEmpty()) {
                return "**The simplest model that no other beats is the " + candidate.text + ".**";
            }
        }
        return "Each model is beaten by another.";
    }

    /** Compares a model with the best simple rival by each area, and its Brier score with the running rate's. */
    private static String gains(ScoreTable table, String name) {
        String pooledRival = best(SIMPLE, rival -> table.row(rival).pooledAuroc());
        String withinRival = best(SIMPLE, rival -> table.row(rival).meanAurocPerPerson());
        Gain pooled = table.pooledGain(name, pooledRival);
        Gain within = table.withinGain(name, withinRival);
        Gain brier = table.brierGain(name, RUNNING_RATE);
        return item("The " + name + " " + verb(pooled, pooledRival) + " pooled, " + pooled + "; "
                + verb(within, withinRival) + " within people, " + within
                + ". Its Brier score is " + (brier.isAbove() ? "better" : "**not better**") + " than that of "
                + RUNNING_RATE + ", " + brier + ".");
    }

    /** Returns a wrapped list item. */
    private static String item(String sentence) {
        return "- " + wrapped(sentence, "\n  ") + "\n";
    }

    private static String wrapped(String sentence, String newLine) {
        StringBuilder text = new StringBuilder();
        int column = newLine.length() - 1;
        for (String word : sentence.split(" ", -1)) {
            if (column + 1 + word.length() > COLUMNS) {
                text.append(newLine);
                column = newLine.length() - 1;
            } else if (!text.isEmpty()) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        return text.toString();
    }

    private static String verb(Gain gain, String rival) {
        return (gain.isAbove() ? "beats " : gain.interval().high() < 0 ? "**loses to** " : "**does not beat** ")
                + rival;
    }

    private static String best(List<String> names, java.util.function.ToDoubleFunction<String> area) {
        return names.stream().max(Comparator.comparingDouble(area)).orElseThrow();
    }

    private String bySeed(HeldOut held, List<Example> examples) {
        List<String> areas = new ArrayList<>();
        for (long seed : protocol.seeds()) {
            double[] scores = held.modelScores(Trainer.Kind.NETWORK, ModelInputs.HISTORY, seed);
            areas.add(String.format(
                    Locale.ROOT, "%.4f", Scores.of(examples, scores).pooledAuroc()));
        }
        return item(
                "Pooled area of the " + Candidate.NETWORK_HISTORY.text + " by seed: " + String.join(", ", areas) + ".");
    }

    /** Returns the calibration of each model by stratum, against the bounds. */
    private String strata(List<Example> examples, Map<String, double[]> scores, List<String> names) {
        Map<Stratum, int[]> rows = new EnumMap<>(Stratum.class);
        for (Stratum stratum : Stratum.values()) {
            rows.put(
                    stratum,
                    IntStream.range(0, examples.size())
                            .filter(i -> examples.get(i).stratum() == stratum)
                            .toArray());
        }
        StringBuilder text = new StringBuilder("| ECE | all |");
        StringBuilder line = new StringBuilder("| --- | --- |");
        for (Stratum stratum : Stratum.values()) {
            text.append(String.format(
                    Locale.ROOT, " %s (%,d) |", stratum.text, rows.getOrDefault(stratum, new int[0]).length));
            line.append(" --- |");
        }
        text.append('\n').append(line).append('\n');
        for (String name : names) {
            double[] all = scores.getOrDefault(name, new double[0]);
            text.append("| ").append(name).append(" | ");
            text.append(error(Scores.of(examples, all).calibrationError(), "abb.calibration.error.max"));
            for (Stratum stratum : Stratum.values()) {
                int[] chosen = rows.getOrDefault(stratum, new int[0]);
                text.append(" | ");
                if (chosen.length == 0) {
                    text.append('–');
                    continue;
                }
                Scores row = Scores.of(
                        IntStream.of(chosen).mapToObj(examples::get).toList(),
                        IntStream.of(chosen).mapToDouble(i -> all[i]).toArray());
                text.append(error(
                        row.calibrationError(),
                        stratum == Stratum.FIRST_MINUTES
                                ? "abb.first.minutes.calibration.error.max"
                                : "abb.calibration.error.max"));
            }
            text.append(" |\n");
        }
        return text.append("\nBold: beyond the bound, which is ")
                .append(protocol.number("abb.first.minutes.calibration.error.max"))
                .append(" in the first five minutes of a session, otherwise ")
                .append(protocol.number("abb.calibration.error.max"))
                .append(".\n")
                .toString();
    }

    private String error(double error, String bound) {
        String number = String.format(Locale.ROOT, "%.3f", error);
        return error <= protocol.number(bound) ? number : "**" + number + "**";
    }

    /** Returns the same scores on instants in the middle of work, where recency says least. */
    private String busy(List<Example> examples, Map<String, double[]> scores) {
        int[] rows = IntStream.range(0, examples.size())
                .filter(i -> AbbForecast.isBusy(examples.get(i)))
                .toArray();
        StringBuilder text = new StringBuilder("\n### Busy instants\n\n");
        if (rows.length == 0) {
            return text.append("No instant is busy.\n").toString();
        }
        ScoreTable table = table(examples, scores, rows);
        text.append(String.format(
                Locale.ROOT,
                "%,d instants with %d commands or more in the last five minutes: the same scores where a gap has"
                        + " hardly%nbegun.%n%n",
                rows.length,
                AbbForecast.BUSY_COMMANDS_MIN));
        text.append(table.markdown()).append('\n');
        for (Candidate candidate : Candidate.values()) {
            text.append(gains(table, candidate.text));
        }
        return text.toString();
    }

    private String shipped(List<Example> examples) {
        Set<String> seen = ShippedModels.trainingPeople();
        List<Example> unseen = examples.stream()
                .filter(example -> !seen.contains(example.person()))
                .toList();
        StringBuilder text = new StringBuilder("\n### The models as shipped, on developers they have not seen\n\n");
        if (Tasks.people(unseen) < 3) {
            return text.append("All developers here are among the ")
                    .append(seen.size())
                    .append(" that the shipped models were trained on.\nThe tables above are of models retrained"
                            + " without each fold.\nPass a folder of other developers to fill this one.\n")
                    .toString();
        }
        HeldOut held = new HeldOut(unseen, protocol.whole("folds"));
        Map<String, double[]> scores = simpleScores(held);
        List<String> names = new ArrayList<>();
        for (FlowModel model : ShippedModels.all()) {
            names.add(model.id());
            scores.put(model.id(), Trainer.scores(model, unseen));
        }
        ScoreTable table =
                table(unseen, scores, IntStream.range(0, unseen.size()).toArray());
        text.append(String.format(
                Locale.ROOT,
                "%,d instants of %d developers; the simple rivals are fitted on these developers, held out.%n%n",
                unseen.size(),
                Tasks.people(unseen)));
        text.append(table.markdown()).append('\n');
        for (String name : names) {
            text.append(gains(table, name));
        }
        return text.append('\n').append(strata(unseen, scores, names)).toString();
    }
}
