package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.NetworkModel;
import java.util.Random;

/**
 * The logit of a model and its derivative by the weights. Stores the last forward pass, so not thread-safe.
 */
sealed interface Gradient {
    float[] initial(Random random);

    double logit(float[] weights, float[] x);

    /** Adds the derivative at the last logit, times the derivative of the loss by that logit, to a sum. */
    void add(float[] weights, double byLogit, double[] sum);

    /** Projects weights so that intensity cannot rise with errors. */
    void project(float[] weights);

    final class Logistic implements Gradient {
        private float[] last = new float[FlowModel.FEATURES];

        @Override
        public float[] initial(Random random) {
            return new float[FlowModel.FEATURES + 1];
        }

        @Override
        public double logit(float[] weights, float[] x) {
            last = x;
            double sum = weights[FlowModel.FEATURES];
            for (int i = 0; i < x.length; i++) {
                sum += weights[i] * x[i];
            }
            return sum;
        }

        @Override
        public void add(float[] weights, double byLogit, double[] sum) {
            for (int i = 0; i < last.length; i++) {
                sum[i] += byLogit * last[i];
            }
            sum[FlowModel.FEATURES] += byLogit;
        }

        @Override
        public void project(float[] weights) {
            weights[FlowModel.ERROR_PENALTY] = Math.min(weights[FlowModel.ERROR_PENALTY], 0f);
        }
    }

    final class Network implements Gradient {
        private static final int[] LAYERS = {FlowModel.FEATURES, 16, 8, 4, 1};
        private final float[] values = new float[FlowModel.FEATURES + 16 + 8 + 4 + 1];
        private final double[] byValue = new double[values.length];

        @Override
        public float[] initial(Random random) {
            float[] weights = new float[NetworkModel.WEIGHTS];
            int at = 0;
            for (int layer = 1; layer < LAYERS.length; layer++) {
                double spread = Math.sqrt(2.0 / LAYERS[layer - 1]);
                for (int unit = 0; unit < LAYERS[layer]; unit++) {
                    for (int input = 0; input < LAYERS[layer - 1]; input++) {
                        weights[at++] = (float) (random.nextGaussian() * spread);
                    }
                    weights[at++] = 0.05f;
                }
            }
            // On the path of the errors only one sign is allowed: absolute values keep those units alive.
            float[] projected = weights.clone();
            NetworkModel.project(projected);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = projected[i] != weights[i] ? -weights[i] : weights[i];
            }
            NetworkModel.project(weights);
            return weights;
        }

        @Override
        public double logit(float[] weights, float[] x) {
            System.arraycopy(x, 0, values, 0, x.length);
            return NetworkModel.logit(weights, values);
        }

        @Override
        public void add(float[] weights, double byLogit, double[] sum) {
            java.util.Arrays.fill(byValue, 0);
            int to = values.length - 1;
            int at = weights.length;
            byValue[to] = byLogit;
            for (int layer = LAYERS.length - 1; layer > 0; layer--) {
                int inputs = LAYERS[layer - 1];
                int from = to - inputs;
                at -= LAYERS[layer] * (inputs + 1);
                for (int unit = 0; unit < LAYERS[layer]; unit++) {
                    boolean off = layer < LAYERS.length - 1 && values[to + unit] <= 0;
                    double by = byValue[to + unit];
                    if (off || by == 0) {
                        continue;
                    }
                    int row = at + unit * (inputs + 1);
                    for (int input = 0; input < inputs; input++) {
                        sum[row + input] += by * values[from + input];
                        byValue[from + input] += by * weights[row + input];
                    }
                    sum[row + inputs] += by;
                }
                to = from;
            }
        }

        @Override
        public void project(float[] weights) {
            NetworkModel.project(weights);
        }
    }
}
