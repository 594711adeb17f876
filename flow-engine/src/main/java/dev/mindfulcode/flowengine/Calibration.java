package dev.mindfulcode.flowengine;

/**
 * Maps a model's raw output to a probability. Both kinds are monotone, so an input that never raises a model's output
 * never raises its intensity. Immutable; allocates nothing.
 */
public sealed interface Calibration {
    /** Returns the chance in [0, 1] for a model's last sum, before any sigmoid. */
    float chance(float sum);

    /** One number: sigmoid(sum / temperature) (Guo et al., ICML 2017). The ranking of instants does not change. */
    record Temperature(float temperature) implements Calibration {
        public Temperature {
            if (!(temperature >= 0.01f && temperature <= 100)) {
                throw new IllegalArgumentException("temperature is " + temperature + "; must be between 0.01 and 100");
            }
        }

        @Override
        public float chance(float sum) {
            return NetworkModel.sigmoid(sum / temperature);
        }
    }

    /**
     * A monotone function from sigmoid(sum) to the share of positives, linear between at most {@link #KNOTS_MAX} knots
     * and constant outside (isotonic regression; Zadrozny and Elkan, KDD 2002).
     */
    final class Isotonic implements Calibration {
        public static final int KNOTS_MAX = 32;

        private final float[] raw;
        private final float[] chances;

        /**
         * @param raw strictly rising, in [0, 1]
         * @param chances never falling, in [0, 1]; same length
         */
        public Isotonic(float[] raw, float[] chances) {
            if (raw.length != chances.length || raw.length < 1 || raw.length > KNOTS_MAX) {
                throw new IllegalArgumentException(raw.length + " raw outputs and " + chances.length
                        + " chances; must be equally many, 1 to " + KNOTS_MAX);
            }
            for (int i = 0; i < raw.length; i++) {
                boolean inRange = raw[i] >= 0 && raw[i] <= 1 && chances[i] >= 0 && chances[i] <= 1;
                if (!inRange || i > 0 && !(raw[i] > raw[i - 1] && chances[i] >= chances[i - 1])) {
                    throw new IllegalArgumentException(
                            "knot " + i + " is (" + raw[i] + ", " + chances[i] + "); knots must rise within 0 and 1");
                }
            }
            this.raw = raw.clone();
            this.chances = chances.clone();
        }

        @Override
        public float chance(float sum) {
            float at = NetworkModel.sigmoid(sum);
            int last = raw.length - 1;
            if (at <= raw[0]) {
                return chances[0];
            }
            if (at >= raw[last]) {
                return chances[last];
            }
            int below = 0;
            int above = last;
            while (above - below > 1) {
                int middle = (below + above) >>> 1;
                if (raw[middle] <= at) {
                    below = middle;
                } else {
                    above = middle;
                }
            }
            float share = (at - raw[below]) / (raw[above] - raw[below]);
            // Rounding must not exceed the next knot: the function would fall there.
            return Math.min(chances[below] + (chances[above] - chances[below]) * share, chances[above]);
        }

        int knots() {
            return raw.length;
        }

        float raw(int knot) {
            return raw[knot];
        }

        float chanceAt(int knot) {
            return chances[knot];
        }
    }
}
