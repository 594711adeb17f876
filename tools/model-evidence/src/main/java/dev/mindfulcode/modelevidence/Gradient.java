package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.ModelInputs;
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

    /** Projects weights so that intensity moves with the sign of each input. */
    void project(float[] weights);

    final class Logistic implements Gradient {
        private final ModelInputs inputs;
        private float[] last;

        Logistic(ModelInputs inputs) {
            this.inputs = inputs;
            this.last = new float[inputs.count()];
        }

        @Override
        public float[] initial(Random random) {
            return new float[inputs.count() + 1];
        }

        @Override
        public double logit(float[] weights, float[] x) {
            last = x;
            double sum = weights[x.length];
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
            sum[last.length] += byLogit;
        }

        @Override
        public void project(float[] weights) {
            for (int i = 0; i < inputs.count(); i++) {
                if (weights[i] * inputs.sign(i) < 0) {
                    weights[i] = 0;
                }
            }
        }
    }

    final class Network implements Gradient {
        private final ModelInputs inputs;
        private final float[] values;
        private final double[] byValue;

        Network(ModelInputs inputs) {
            this.inputs = inputs;
            this.values = new float[inputs.networkValues()];
            this.byValue = new double[values.length];
        }

        @Override
        public float[] initial(Random random) {
            float[] weights = new float[inputs.networkWeights()];
            int at = 0;
            for (int layer = 1; layer < inputs.layers(); layer++) {
                double spread = Math.sqrt(2.0 / inputs.units(layer - 1));
                for (int unit = 0; unit < inputs.units(layer); unit++) {
                    for (int input = 0; input < inputs.units(layer - 1); input++) {
                        weights[at++] = (float) (random.nextGaussian() * spread);
                    }
                    weights[at++] = 0.05f;
                }
            }
            // On the path of signed inputs only one sign is allowed: absolute values keep those units alive.
            float[] projected = weights.clone();
            NetworkModel.project(inputs, projected);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = projected[i] != weights[i] ? -weights[i] : weights[i];
            }
            NetworkModel.project(inputs, weights);
            return weights;
        }

        @Override
        public double logit(float[] weights, float[] x) {
            System.arraycopy(x, 0, values, 0, x.length);
            return NetworkModel.logit(inputs, weights, values);
        }

        @Override
        public void add(float[] weights, double byLogit, double[] sum) {
            java.util.Arrays.fill(byValue, 0);
            int to = values.length - 1;
            int at = weights.length;
            byValue[to] = byLogit;
            for (int layer = inputs.layers() - 1; layer > 0; layer--) {
                int below = inputs.units(layer - 1);
                int from = to - below;
                at -= inputs.units(layer) * (below + 1);
                for (int unit = 0; unit < inputs.units(layer); unit++) {
                    boolean off = layer < inputs.layers() - 1 && values[to + unit] <= 0;
                    double by = byValue[to + unit];
                    if (off || by == 0) {
                        continue;
                    }
                    int row = at + unit * (below + 1);
                    for (int input = 0; input < below; input++) {
                        sum[row + input] += by * values[from + input];
                        byValue[from + input] += by * weights[row + input];
                    }
                    sum[row + below] += by;
                }
                to = from;
            }
        }

        @Override
        public void project(float[] weights) {
            NetworkModel.project(inputs, weights);
        }
    }
}
