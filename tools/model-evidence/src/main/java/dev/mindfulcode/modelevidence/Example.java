package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * A labelled instant of one person.
 *
 * @param person id; splits hold out people, not rows
 * @param features the engine's five scores, in its order
 * @param history the features of the work history, zeros where a dataset has none
 * @param raw plain counts for the baselines of a task
 * @param stratum where in the person's time the instant is
 * @param positive the label
 */
@SuppressWarnings("ArrayRecordComponent") // tens of thousands of numbers
record Example(String person, float[] features, float[] history, double[] raw, Stratum stratum, boolean positive) {

    /** Parts of a person's time for which calibration is reported separately. */
    enum Stratum {
        FIRST_SESSION("rest of the first session"),
        FIRST_MINUTES("first five minutes of a session"),
        LATER("later");

        final String text;

        Stratum(String text) {
            this.text = text;
        }
    }

    /** An instant of a dataset without a history. */
    Example(String person, float[] features, double[] raw, boolean positive) {
        this(person, features, new float[WorkHistory.FEATURES], raw, Stratum.LATER, positive);
    }

    float[] inputs(ModelInputs inputs) {
        return switch (inputs) {
            case SCORES -> features;
            case HISTORY -> history;
        };
    }

    Example withLabel(boolean label) {
        return new Example(person, features, history, raw, stratum, label);
    }
}
