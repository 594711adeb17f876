package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelInputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Cross-validation over people: scores each example with a model that was trained on the other folds. */
final class HeldOut {
    private final List<Example> examples;
    private final Map<String, Integer> foldOfPerson = new LinkedHashMap<>();
    private final int folds;

    /**
     * Assigns people to folds round robin by a hash of their ids, independent of row order.
     */
    HeldOut(List<Example> examples, int folds) {
        this.examples = examples;
        LinkedHashSet<String> people = new LinkedHashSet<>();
        examples.forEach(example -> people.add(example.person()));
        this.folds = Math.min(folds, people.size());
        List<String> ordered = new ArrayList<>(people);
        ordered.sort(java.util.Comparator.comparingLong(HeldOut::hash).thenComparing(person -> person));
        for (int i = 0; i < ordered.size(); i++) {
            foldOfPerson.put(ordered.get(i), i % this.folds);
        }
    }

    /** FNV-1a, which no JDK changes. */
    private static long hash(String person) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < person.length(); i++) {
            hash = (hash ^ person.charAt(i)) * 0x100000001b3L;
        }
        return hash >>> 1;
    }

    int folds() {
        return folds;
    }

    /** Scores each fold with a scorer trained on the others. */
    double[] scores(Function<List<Example>, Function<List<Example>, double[]>> trained) {
        double[] scores = new double[examples.size()];
        for (int fold = 0; fold < folds; fold++) {
            List<Example> others = new ArrayList<>();
            List<Example> held = new ArrayList<>();
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < examples.size(); i++) {
                Example example = examples.get(i);
                if (foldOfPerson.getOrDefault(example.person(), -1) == fold) {
                    held.add(example);
                    places.add(i);
                } else {
                    others.add(example);
                }
            }
            double[] own = trained.apply(others).apply(held);
            for (int i = 0; i < own.length; i++) {
                scores[places.get(i)] = own[i];
            }
        }
        return scores;
    }

    double[] modelScores(Trainer.Kind kind, ModelInputs inputs, long seed) {
        return modelScores(kind, inputs, seed, CalibrationRule.Choice.BY_RULE);
    }

    double[] modelScores(Trainer.Kind kind, ModelInputs inputs, long seed, CalibrationRule.Choice choice) {
        return scores(others -> {
            FlowModel model = new Trainer(kind, inputs, seed, choice).train("fold", others);
            return held -> Trainer.scores(model, held);
        });
    }

    /** Returns the scores after training on labels shuffled within each person, which shows leaks. */
    double[] shuffledLabelScores(Trainer.Kind kind, ModelInputs inputs, long seed) {
        return scores(others -> {
            FlowModel model = new Trainer(kind, inputs, seed).train("fold", shuffled(others, seed));
            return held -> Trainer.scores(model, held);
        });
    }

    private static List<Example> shuffled(List<Example> examples, long seed) {
        List<Boolean> labels =
                new ArrayList<>(examples.stream().map(Example::positive).toList());
        java.util.Collections.shuffle(labels, new Random(seed));
        List<Example> shuffled = new ArrayList<>(examples.size());
        for (int i = 0; i < labels.size(); i++) {
            Example example = examples.get(i);
            shuffled.add(example.withLabel(labels.get(i)));
        }
        return shuffled;
    }

    /** Returns the scores of a logistic regression on one raw column, trained on the other folds. */
    double[] rawScores(int... columns) {
        return scores(others -> {
            RawLogistic model = RawLogistic.fit(others, columns);
            return held -> held.stream().mapToDouble(model::chance).toArray();
        });
    }

    double[] prevalenceScores() {
        return scores(others -> {
            double rate = others.stream().filter(Example::positive).count() / (double) others.size();
            return held -> held.stream().mapToDouble(_ -> rate).toArray();
        });
    }
}
