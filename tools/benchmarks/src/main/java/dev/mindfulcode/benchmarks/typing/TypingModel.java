package dev.mindfulcode.benchmarks.typing;

import dev.mindfulcode.schemas.KeyClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The parameters of a population of typists. Immutable by convention; the arrays are not to be written to.
 *
 * @param traitMeans by {@link PersonTrait}
 * @param traitCovariance between persons, by {@link PersonTrait} both ways
 * @param burstShape Weibull shape of the burst lengths within a person
 * @param pauseSpread {@link LogLogistic#spread()} of the pauses beyond 2 s within a person
 * @param firstDeleteFactor median interval before the first deletion of a run, as a multiple of the person's own median
 *     interval
 * @param nextDeleteFactor the same before each further deletion of a run
 * @param afterDeleteFactor the same before the first key after a run
 * @param deleteRunContinues probability that a deletion is followed by another
 * @param heldKeyFactor median dwell of shift and its like as a multiple of the person's own median dwell
 * @param heldKeySpread standard deviation of the log-dwell of those keys
 * @param classAfter probability of a key class after another, deletions left out, by {@link KeyClass#code()} both ways
 */
@SuppressWarnings("ArrayRecordComponent")
public record TypingModel(
        double[] traitMeans,
        double[][] traitCovariance,
        double burstShape,
        double pauseSpread,
        double firstDeleteFactor,
        double nextDeleteFactor,
        double afterDeleteFactor,
        double deleteRunContinues,
        double heldKeyFactor,
        double heldKeySpread,
        double[][] classAfter) {

    /** A longer interval is a pause and no typing (Shrestha, ICSE-SEET 2022). */
    public static final int PAUSE_MS = 2_000;

    /** The longest pause a typist makes of its own accord: the data have next to none beyond. */
    static final int PAUSE_MS_MAX = 300_000;

    private static final String RESOURCE = "typing-model.properties";

    /** Returns the committed model, fitted to the Aalto sample; see docs/simulator.md. */
    public static TypingModel committed() {
        try (InputStream in = TypingModel.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the class path");
            }
            return read(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TypingModel read(Reader in) throws IOException {
        Properties from = new Properties();
        from.load(in);
        double[][] covariance = new double[PersonTrait.COUNT][];
        for (PersonTrait trait : PersonTrait.values()) {
            covariance[trait.ordinal()] = numbers(from, "covariance." + key(trait), PersonTrait.COUNT);
        }
        int classes = KeyClass.values().length;
        double[][] after = new double[classes][];
        for (KeyClass keyClass : KeyClass.values()) {
            after[keyClass.code()] = classesAfter(from, keyClass, classes);
        }
        return new TypingModel(
                Arrays.stream(PersonTrait.values())
                        .mapToDouble(trait -> number(from, "mean." + key(trait)))
                        .toArray(),
                covariance,
                number(from, "burst_shape"),
                number(from, "pause_spread"),
                number(from, "first_delete_factor"),
                number(from, "next_delete_factor"),
                number(from, "after_delete_factor"),
                number(from, "delete_run_continues"),
                number(from, "held_key_factor"),
                number(from, "held_key_spread"),
                after);
    }

    /**
     * Returns this model with its numbers as {@link #text} has them: what is fitted and what is committed then type the
     * same.
     */
    public TypingModel rounded() {
        try {
            return read(new StringReader(text()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns this model as the text that {@link #read} understands. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (PersonTrait trait : PersonTrait.values()) {
            line(out, "mean." + key(trait), traitMeans[trait.ordinal()]);
        }
        for (PersonTrait trait : PersonTrait.values()) {
            line(out, "covariance." + key(trait), traitCovariance[trait.ordinal()]);
        }
        line(out, "burst_shape", burstShape);
        line(out, "pause_spread", pauseSpread);
        line(out, "first_delete_factor", firstDeleteFactor);
        line(out, "next_delete_factor", nextDeleteFactor);
        line(out, "after_delete_factor", afterDeleteFactor);
        line(out, "delete_run_continues", deleteRunContinues);
        line(out, "held_key_factor", heldKeyFactor);
        line(out, "held_key_spread", heldKeySpread);
        for (KeyClass keyClass : KeyClass.values()) {
            line(out, "class_after." + key(keyClass), classAfter[keyClass.code()]);
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String key, double... values) {
        out.append(key)
                .append(" = ")
                .append(Arrays.stream(values)
                        .mapToObj(value -> String.format(Locale.ROOT, "%.5f", value))
                        .collect(Collectors.joining(" ")))
                .append('\n');
    }

    private static String key(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static double number(Properties from, String key) {
        return numbers(from, key, 1)[0];
    }

    /** Returns the row of a key class. A class appended after the model was fitted never follows another one. */
    private static double[] classesAfter(Properties from, KeyClass keyClass, int classes) {
        String key = "class_after." + key(keyClass);
        String text = from.getProperty(key);
        int fitted = text == null ? 0 : text.trim().split("\\s+").length;
        return text == null ? new double[classes] : Arrays.copyOf(numbers(from, key, fitted), classes);
    }

    private static double[] numbers(Properties from, String key, int count) {
        String text = from.getProperty(key);
        if (text == null) {
            throw new IllegalArgumentException(key + " is missing from the typing model");
        }
        double[] numbers = Arrays.stream(text.trim().split("\\s+"))
                .mapToDouble(Double::parseDouble)
                .toArray();
        if (numbers.length != count) {
            throw new IllegalArgumentException(key + " has " + numbers.length + " numbers, not " + count);
        }
        return numbers;
    }
}
