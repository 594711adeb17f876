package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.Thresholds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The range intensities of a population that types, and the thresholds that follow: the lowest intensity in the share
 * of instants that counts as flow. Each editing trace weighs as one person, and so does all transcription together:
 * the four minutes that each of its participants copies are no day of work.
 */
final class PopulationRange {
    private static final float DEFAULT_SENSITIVITY = 0.5f;
    private static final long INSTANT_MS = 20_000;

    private record Weighted(float intensity, double weight) {}

    private final List<Weighted> instants = new ArrayList<>();

    static PopulationRange of(FlowModel model, List<KeyStream> traces, List<KeyStream> transcription) {
        PopulationRange range = new PopulationRange();
        traces.forEach(trace -> range.add(model, List.of(trace)));
        range.add(model, transcription);
        range.instants.sort(Comparator.comparingDouble(Weighted::intensity).reversed());
        return range;
    }

    private void add(FlowModel model, List<KeyStream> people) {
        for (KeyStream person : people) {
            List<Float> intensities = new ArrayList<>();
            person.replay(model, DEFAULT_SENSITIVITY, (before, at, reading) -> {
                if (at / INSTANT_MS != before / INSTANT_MS) {
                    intensities.add(reading.get().rangeIntensity(model));
                }
            });
            for (float intensity : intensities) {
                instants.add(new Weighted(intensity, 1.0 / people.size() / intensities.size()));
            }
        }
    }

    int size() {
        return instants.size();
    }

    /** Returns the lowest intensity in the top share of the population's instants. */
    private float above(double share) {
        double wanted = share * instants.stream().mapToDouble(Weighted::weight).sum();
        double sum = 0;
        for (Weighted instant : instants) {
            sum += instant.weight();
            if (sum >= wanted) {
                return instant.intensity();
            }
        }
        return 0;
    }

    Thresholds thresholds() {
        return Thresholds.of(this::above);
    }
}
