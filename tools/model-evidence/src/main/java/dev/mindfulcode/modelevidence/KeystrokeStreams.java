package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** A model's readings of real keystrokes, which have no labels: their level and movement, and the share in flow. */
final class KeystrokeStreams {
    private static final long READING_INTERVAL_MS = 5_000;
    private static final float DEFAULT_SENSITIVITY = 0.5f;

    /**
     * The readings of a model.
     *
     * @param shareInFlow share of active time
     * @param step mean |Δ| between readings
     */
    record Result(
            double activeHours,
            double shareInFlow,
            double entriesAnHour,
            double p5,
            double median,
            double p95,
            double step) {}

    private final List<Float> intensities = new ArrayList<>();
    private double steps;
    private long readAt;
    private float last;

    private KeystrokeStreams() {}

    static Result read(FlowModel model, List<KeyStream> people) {
        KeystrokeStreams all = new KeystrokeStreams();
        long activeMs = 0;
        long flowMs = 0;
        long entries = 0;
        for (KeyStream person : people) {
            all.readAt = person.atMs()[0];
            all.last = Float.NaN;
            KeyStream.Flow flow = person.replay(model, DEFAULT_SENSITIVITY, all::visit);
            activeMs += flow.activeMs();
            flowMs += flow.flowMs();
            entries += flow.periods();
        }
        float[] sorted = new float[all.intensities.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = all.intensities.get(i);
        }
        Arrays.sort(sorted);
        double hours = activeMs / 3_600_000.0;
        return new Result(
                hours,
                (double) flowMs / activeMs,
                entries / hours,
                sorted[(int) (sorted.length * 0.05)],
                sorted[sorted.length / 2],
                sorted[(int) (sorted.length * 0.95)],
                all.steps / sorted.length);
    }

    private void visit(long before, long at, Supplier<FlowReading> reading) {
        if (at - before >= SessionState.PAUSE_TIMEOUT_MS) {
            last = Float.NaN;
        }
        if (at - readAt < READING_INTERVAL_MS) {
            return;
        }
        readAt = at;
        float intensity = reading.get().modelIntensity();
        intensities.add(intensity);
        steps += Float.isNaN(last) ? 0 : Math.abs(intensity - last);
        last = intensity;
    }
}
