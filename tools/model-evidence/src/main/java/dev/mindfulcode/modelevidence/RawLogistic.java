package dev.mindfulcode.modelevidence;

import java.util.List;

/** Ridge logistic regression on raw columns by Newton's method, for baselines. */
@SuppressWarnings("ArrayRecordComponent") // a handful of numbers, private to the module
record RawLogistic(int[] columns, double[] means, double[] deviations, double[] weights) {
    private static final double RIDGE = 1;
    private static final int STEPS_MAX = 25;

    static RawLogistic fit(List<Example> examples, int... columns) {
        int n = columns.length;
        double[] means = new double[n];
        double[] deviations = new double[n];
        for (int c = 0; c < n; c++) {
            double sum = 0;
            double squares = 0;
            for (Example example : examples) {
                double value = example.raw()[columns[c]];
                sum += value;
                squares += value * value;
            }
            means[c] = sum / examples.size();
            deviations[c] = Math.sqrt(Math.max(squares / examples.size() - means[c] * means[c], 0)) + 1e-9;
        }
        RawLogistic model = new RawLogistic(columns, means, deviations, new double[n + 1]);
        for (int step = 0; step < STEPS_MAX; step++) {
            if (model.newtonStep(examples) < 1e-7) {
                break;
            }
        }
        return model;
    }

    private double newtonStep(List<Example> examples) {
        int n = weights.length;
        double[] gradient = new double[n];
        double[][] hessian = new double[n][n];
        for (int i = 0; i < n; i++) {
            gradient[i] = -RIDGE * weights[i] * (i == n - 1 ? 0 : 1);
            hessian[i][i] = i == n - 1 ? 1e-9 : RIDGE;
        }
        double[] x = new double[n];
        for (Example example : examples) {
            double chance = Trainer.sigmoid(logit(example, x));
            double error = (example.positive() ? 1 : 0) - chance;
            double spread = chance * (1 - chance);
            for (int i = 0; i < n; i++) {
                gradient[i] += error * x[i];
                for (int j = 0; j <= i; j++) {
                    hessian[i][j] += spread * x[i] * x[j];
                }
            }
        }
        double[] step = solveByCholesky(hessian, gradient);
        double largest = 0;
        for (int i = 0; i < n; i++) {
            weights[i] += step[i];
            largest = Math.max(largest, Math.abs(step[i]));
        }
        return largest;
    }

    private static double[] solveByCholesky(double[][] a, double[] b) {
        int n = b.length;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i][k] * a[j][k];
                }
                a[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j][j];
            }
        }
        double[] x = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= a[i][k] * x[k];
            }
            x[i] /= a[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                x[i] -= a[k][i] * x[k];
            }
            x[i] /= a[i][i];
        }
        return x;
    }

    private double logit(Example example, double[] x) {
        double sum = weights[columns.length];
        for (int c = 0; c < columns.length; c++) {
            x[c] = (example.raw()[columns[c]] - means[c]) / deviations[c];
            sum += weights[c] * x[c];
        }
        x[columns.length] = 1;
        return sum;
    }

    double chance(Example example) {
        return Trainer.sigmoid(logit(example, new double[columns.length + 1]));
    }
}
