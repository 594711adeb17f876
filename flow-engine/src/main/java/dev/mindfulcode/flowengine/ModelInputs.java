package dev.mindfulcode.flowengine;

import dev.mindfulcode.flowengine.history.WorkHistory;

/** The inputs of a model, from a {@link FlowReading}, and how its output may depend on them. */
public enum ModelInputs {
    /** The five scores. Intensity must not rise with the error penalty. */
    SCORES(
            1,
            new String[] {"rhythm", "focus", "consistency", "error_penalty", "velocity"},
            new int[] {0, 0, 0, -1, 0},
            new int[] {16, 8, 4, 1}) {
        @Override
        void copy(FlowReading from, float[] into) {
            into[0] = from.rhythm;
            into[1] = from.focus;
            into[2] = from.consistency;
            into[3] = from.errorPenalty;
            into[4] = from.velocity;
        }
    },

    /**
     * The features of {@link WorkHistory}, in its order. Intensity must not fall with presence nor rise with the time
     * since activity: so silence never raises it.
     */
    HISTORY(
            2,
            new String[] {
                "presence_1_min",
                "presence_2_min",
                "presence_5_min",
                "presence_60_min",
                "ln_s_since_activity",
                "ln_s_since_enter",
                "ln_s_since_edit",
                "ln_s_since_focus_lost",
                "ln_min_since_gap",
                "ln_min_of_gap",
                "ln_rate_5_min",
                "ln_rate_60_min",
                "held_rate",
                "held_rate_recent",
                "breaks_per_active_min"
            },
            new int[] {1, 1, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
            new int[] {16, 8, 1}) {
        @Override
        void copy(FlowReading from, float[] into) {
            System.arraycopy(from.history, 0, into, 0, WorkHistory.FEATURES);
        }
    };

    private final int featureVersion;
    private final String[] names;
    private final int[] signs;
    private final int[] layers;

    ModelInputs(int featureVersion, String[] names, int[] signs, int[] unitsOfLayers) {
        this.featureVersion = featureVersion;
        this.names = names;
        this.signs = signs;
        this.layers = new int[unitsOfLayers.length + 1];
        layers[0] = names.length;
        System.arraycopy(unitsOfLayers, 0, layers, 1, unitsOfLayers.length);
    }

    abstract void copy(FlowReading from, float[] into);

    /** Returns the version of the features' definitions. */
    public int featureVersion() {
        return featureVersion;
    }

    public int count() {
        return names.length;
    }

    String name(int input) {
        return names[input];
    }

    /** Returns 1 if intensity must not fall with an input, -1 if it must not rise with it, 0 if it is free. */
    public int sign(int input) {
        return signs[input];
    }

    /**
     * Returns how a unit of the network may depend on the inputs with a sign: 1 if it must not fall when intensity must
     * not fall, -1 if it must not rise then, 0 if it must not depend on them. Units of both directions are needed, as
     * rectified units that only rise form convex functions; the scores have had rising ones only since version 1.
     */
    int direction(int layer, int unit) {
        if (layer == 0) {
            return signs[unit];
        }
        if (layer == layers.length - 1) {
            return 1;
        }
        int units = layers[layer];
        if (this == SCORES) {
            return unit < units / 2 ? 1 : 0;
        }
        int rising = (units * 3 + 7) / 8;
        return unit < rising ? 1 : unit < rising + units * 3 / 8 ? -1 : 0;
    }

    /** Returns the number of layers of the network, with the input and the output. */
    public int layers() {
        return layers.length;
    }

    /** Returns the units of a layer of the network, from the input to the output. */
    public int units(int layer) {
        return layers[layer];
    }

    /** Returns the length of the network's flat array: per unit of each layer its input weights, then its bias. */
    public int networkWeights() {
        int weights = 0;
        for (int layer = 1; layer < layers.length; layer++) {
            weights += layers[layer] * (layers[layer - 1] + 1);
        }
        return weights;
    }

    /** Returns the number of values of a forward pass of the network: the inputs and each unit. */
    public int networkValues() {
        int values = 0;
        for (int units : layers) {
            values += units;
        }
        return values;
    }
}
