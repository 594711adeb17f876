package dev.mindfulcode.benchmarks.typing;

import java.util.Arrays;
import java.util.function.DoubleConsumer;

/** A growing bag of numbers that answers for its quantiles and moments. Not thread-safe. */
public final class Numbers {

    private double[] values = new double[64];
    private int size;
    private boolean sorted = true;

    public void add(double value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
        sorted = false;
    }

    public int size() {
        return size;
    }

    /** @param index from 0, in the order of adding until a quantile is computed */
    double get(int index) {
        return values[index];
    }

    void each(DoubleConsumer consumer) {
        for (int i = 0; i < size; i++) {
            consumer.accept(values[i]);
        }
    }

    /** Returns the p-quantile, interpolated between its neighbours (R's type 7); NaN of nothing. */
    public double quantile(double p) {
        if (size == 0) {
            return Double.NaN;
        }
        if (!sorted) {
            Arrays.sort(values, 0, size);
            sorted = true;
        }
        double at = p * (size - 1);
        int low = (int) at;
        int high = Math.min(low + 1, size - 1);
        return values[low] + (values[high] - values[low]) * (at - low);
    }

    double mean() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += values[i];
        }
        return sum / size;
    }

    double deviation() {
        double mean = mean();
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += (values[i] - mean) * (values[i] - mean);
        }
        return Math.sqrt(sum / Math.max(size - 1, 1));
    }
}
