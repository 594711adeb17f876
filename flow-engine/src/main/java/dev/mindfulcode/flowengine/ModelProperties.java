package dev.mindfulcode.flowengine;

import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The readable form of a fitted model: a properties file with a line per threshold, feature statistic and unit. Numbers
 * are written so that reading them back gives the same bits; {@code built-in-model.properties} is an example.
 */
public final class ModelProperties {
    private static final String INPUTS_DEFAULT = "scores";
    private static final int NUMBERS_PER_LINE = 8;

    private ModelProperties() {}

    /**
     * Reads a model.
     *
     * @throws IllegalArgumentException if a key is missing, or a value is not a number or out of range
     */
    static FlowModel read(Reader from) throws IOException {
        Properties values = new Properties();
        values.load(from);
        String id = text(values, "id");
        String kind = text(values, "kind");
        ModelInputs inputs = inputs(values.getProperty("inputs", INPUTS_DEFAULT).strip());
        float[] means = new float[inputs.count()];
        float[] deviations = new float[inputs.count()];
        for (int i = 0; i < means.length; i++) {
            means[i] = number(values, "feature." + inputs.name(i) + ".mean");
            deviations[i] = number(values, "feature." + inputs.name(i) + ".deviation");
        }
        Calibration calibration = values.containsKey("calibration.raw")
                ? new Calibration.Isotonic(row(values, "calibration.raw"), row(values, "calibration.chances"))
                : new Calibration.Temperature(number(values, "calibration.temperature"));
        Thresholds thresholds = new Thresholds(
                number(values, "threshold.enter.sensitivity_0"),
                number(values, "threshold.enter.sensitivity_1"),
                number(values, "threshold.hysteresis"));
        return switch (kind) {
            case "logistic" ->
                ModelArtefact.logistic(
                        inputs, id, means, deviations, weights(values, logistic(inputs)), calibration, thresholds);
            case "network" ->
                ModelArtefact.network(
                        inputs, id, means, deviations, weights(values, network(inputs)), calibration, thresholds);
            default -> throw new IllegalArgumentException("kind is " + kind + "; must be logistic or network");
        };
    }

    private static ModelInputs inputs(String name) {
        for (ModelInputs inputs : ModelInputs.values()) {
            if (nameOf(inputs).equals(name)) {
                return inputs;
            }
        }
        throw new IllegalArgumentException("inputs is " + name + "; must be scores or history");
    }

    private static String nameOf(ModelInputs inputs) {
        return switch (inputs) {
            case SCORES -> INPUTS_DEFAULT;
            case HISTORY -> "history";
        };
    }

    private static int[] logistic(ModelInputs inputs) {
        return new int[] {inputs.count(), 1};
    }

    private static int[] network(ModelInputs inputs) {
        return IntStream.range(0, inputs.layers()).map(inputs::units).toArray();
    }

    private static float[] weights(Properties values, int[] layers) {
        float[] weights = new float[0];
        for (int layer = 1; layer < layers.length; layer++) {
            for (int unit = 1; unit <= layers[layer]; unit++) {
                String key = unitKey(layer, unit);
                float[] row = row(values, key);
                if (row.length != layers[layer - 1] + 1) {
                    throw new IllegalArgumentException(
                            key + " has " + row.length + " numbers; must have " + (layers[layer - 1] + 1));
                }
                weights = Arrays.copyOf(weights, weights.length + row.length);
                System.arraycopy(row, 0, weights, weights.length - row.length, row.length);
            }
        }
        return weights;
    }

    private static float[] row(Properties values, String key) {
        String[] numbers = text(values, key).split(",");
        float[] row = new float[numbers.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = number(key, numbers[i]);
        }
        return row;
    }

    private static String text(Properties values, String key) {
        String value = values.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value.strip();
    }

    private static float number(Properties values, String key) {
        return number(key, text(values, key));
    }

    private static float number(String key, String value) {
        try {
            return Float.parseFloat(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is " + value + "; must be a number", e);
        }
    }

    /**
     * Returns the text that {@link #read} reads.
     *
     * @throws IllegalArgumentException for the formula, which has no weights
     */
    public static String format(FlowModel model) {
        return switch (model) {
            case FormulaBaseline _ -> throw new IllegalArgumentException("the formula has no weights to write");
            case LogisticModel logistic ->
                format(
                        logistic,
                        "logistic",
                        logistic.scale(),
                        logistic.calibration(),
                        logistic.weights(),
                        logistic(logistic.inputs()));
            case NetworkModel network ->
                format(
                        network,
                        "network",
                        network.scale(),
                        network.calibration(),
                        network.weights(),
                        network(network.inputs()));
        };
    }

    private static String format(
            FlowModel model, String kind, FeatureScale scale, Calibration calibration, float[] weights, int[] layers) {
        StringBuilder text = new StringBuilder();
        Thresholds thresholds = model.thresholds();
        line(text, "id", model.id());
        line(text, "kind", kind);
        ModelInputs inputs = model.inputs();
        if (inputs != ModelInputs.SCORES) {
            line(text, "inputs", nameOf(inputs));
        }
        text.append(
                "\n# Intensity at which flow begins, by the user's sensitivity (0 to 1, linear between); it ends the"
                        + " hysteresis below.\n");
        line(text, "threshold.enter.sensitivity_0", thresholds.enterAtZero());
        line(text, "threshold.enter.sensitivity_1", thresholds.enterAtOne());
        line(text, "threshold.hysteresis", thresholds.hysteresis());
        text.append("\n# Mean and standard deviation of each feature in the training data.\n");
        for (int i = 0; i < inputs.count(); i++) {
            line(text, "feature." + inputs.name(i) + ".mean", scale.means()[i]);
            line(text, "feature." + inputs.name(i) + ".deviation", scale.deviations()[i]);
        }
        switch (calibration) {
            case Calibration.Temperature(float temperature) -> {
                text.append("\n# Intensity = sigmoid(output / temperature).\n");
                line(text, "calibration.temperature", temperature);
            }
            case Calibration.Isotonic isotonic -> {
                text.append(
                        "\n# Intensity: the function through these points of sigmoid(output), linear between them.\n");
                line(text, "calibration.raw", row(isotonic.knots(), isotonic::raw));
                line(text, "calibration.chances", row(isotonic.knots(), isotonic::chanceAt));
            }
        }
        text.append(
                "\n# Weights of each unit: one per feature or unit of the layer before, in order, then the bias.\n");
        int at = 0;
        for (int layer = 1; layer < layers.length; layer++) {
            for (int unit = 1; unit <= layers[layer]; unit++) {
                int from = at;
                line(text, unitKey(layer, unit), row(layers[layer - 1] + 1, i -> weights[from + i]));
                at += layers[layer - 1] + 1;
            }
        }
        return text.toString();
    }

    private interface NumberAt {
        float get(int index);
    }

    private static String row(int count, NumberAt numbers) {
        return IntStream.range(0, count)
                .mapToObj(i -> (i == 0 ? "" : i % NUMBERS_PER_LINE == 0 ? ",\\\n    " : ", ") + numbers.get(i))
                .collect(Collectors.joining());
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append(" = ").append(value).append('\n');
    }

    private static String unitKey(int layer, int unit) {
        return "layer." + layer + ".unit." + unit;
    }
}
