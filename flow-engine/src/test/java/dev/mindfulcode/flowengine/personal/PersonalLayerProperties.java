package dev.mindfulcode.flowengine.personal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class PersonalLayerProperties {
    private static final long START_MS = 1_700_000_000_000L;
    private static final long DAY_MS = 24L * 60 * 60_000;

    private record Label(long atMs, float intensity, int flow, boolean interrupted) {}

    @Property
    void isTheIdentityWithoutLabels(@ForAll @FloatRange(min = 0, max = 1) float intensity) {
        PersonalLayer layer = new PersonalLayer();
        layer.countWithoutReading();
        assertThat(layer.intensity(intensity)).isEqualTo(intensity);
        assertThat(layer.isPersonal()).isFalse();
    }

    /** The bounds in docs/personal-layer.md for 1, 3 and 5 labels at any intensity. */
    @Property(tries = 300)
    void fewLabelsChangeLittle(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int count) {
        PersonalLayer layer = new PersonalLayer();
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            layer.learn(START_MS + i, random.nextFloat(), 1 + random.nextInt(7), random.nextBoolean());
        }
        float[] boundOf = {0, 0.05f, 0.10f, 0.18f, 0.28f, 0.38f};
        for (float x = 0; x <= 1; x += 0.01f) {
            assertThat(Math.abs(layer.intensity(x) - x)).isLessThan(boundOf[count]);
        }
    }

    @Property(tries = 100)
    void followsManyConsistentLabels(
            @ForAll long seed,
            @ForAll @FloatRange(min = -1.5f, max = 1.5f) float offset,
            @ForAll @FloatRange(min = 0.5f, max = 1.5f) float slope) {
        PersonalLayer layer = new PersonalLayer();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            float x = 0.1f + 0.8f * random.nextFloat();
            layer.learn(START_MS + i, x, 1 + (int) Math.round(6 * own(offset, slope, x)), false);
        }
        for (float x = 0.15f; x < 0.85f; x += 0.05f) {
            assertThat(layer.intensity(x)).isCloseTo((float) own(offset, slope, x), within(0.12f));
        }
    }

    private static double own(double offset, double slope, double x) {
        return 1 / (1 + Math.exp(-offset - slope * Math.log(x / (1 - x))));
    }

    @Property(tries = 200)
    void contradictoryLabelsCancelOut(@ForAll @IntRange(min = 1, max = 200) int pairs) {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < pairs; i++) {
            layer.learn(START_MS, 0.5f, 1, false);
            layer.learn(START_MS, 0.5f, 7, false);
        }
        assertThat(layer.intensity(0.5f)).isCloseTo(0.5f, within(1e-3f));
    }

    @Property(tries = 300)
    void isMonotoneFiniteAndInRange(
            @ForAll List<Float> intensities, @ForAll List<Integer> flows, @ForAll List<Long> times) {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < Math.min(intensities.size(), Math.min(flows.size(), times.size())); i++) {
            layer.learn(times.get(i), intensities.get(i), flows.get(i), i % 2 == 0);
        }
        float before = 0;
        for (float x : new float[] {0, Float.MIN_VALUE, 0.004f, 0.01f, 0.2f, 0.5f, 0.8f, 0.99f, 0.999f, 1}) {
            assertThat(layer.intensity(x)).isBetween(before, 1f);
            before = layer.intensity(x);
        }
        assertThat(layer.intensity(Float.NaN)).matches(p -> !layer.isPersonal() || (p >= 0 && p <= 1));
    }

    @Property(tries = 200)
    void orderOfLabelsDoesNotMatter(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int count) {
        Random random = new Random(seed);
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(new Label(
                    START_MS + random.nextLong(300 * DAY_MS),
                    random.nextFloat(),
                    1 + random.nextInt(7),
                    random.nextBoolean()));
        }
        PersonalLayer one = learned(labels);
        Collections.shuffle(labels, random);
        PersonalLayer other = learned(labels);
        for (float x = 0.05f; x < 1; x += 0.1f) {
            assertThat(other.intensity(x)).isCloseTo(one.intensity(x), within(1e-4f));
        }
        assertThat(other.firstAtMs()).isEqualTo(one.firstAtMs());
    }

    @Property(tries = 200)
    void sameLabelsGiveTheSameBytesThroughAStore(@ForAll long seed) {
        Random random = new Random(seed);
        PersonalLayer original = new PersonalLayer();
        PersonalLayer stored = new PersonalLayer();
        for (int i = 0; i < 30; i++) {
            Label label = new Label(START_MS + i * DAY_MS, random.nextFloat(), 1 + random.nextInt(7), false);
            learn(original, label);
            stored = new PersonalLayer().load(stored.toBytes());
            learn(stored, label);
        }
        assertThat(stored.toBytes()).isEqualTo(original.toBytes()).hasSizeLessThan(1024);
        assertThat(stored.intensity(0.3f)).isEqualTo(original.intensity(0.3f));
    }

    @Property(tries = 100)
    void decayApproachesTheModelMonotonically(
            @ForAll @IntRange(min = 1, max = 100) int count, @ForAll @LongRange(min = 1, max = 7) long flow) {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < count; i++) {
            layer.learn(START_MS, 0.5f, (int) flow, false);
        }
        float before = Math.abs(layer.intensity(0.5f) - 0.5f);
        for (int day = 0; day <= 3_600; day += 30) {
            float now = Math.abs(layer.asOf(START_MS + day * DAY_MS).intensity(0.5f) - 0.5f);
            assertThat(now).isLessThanOrEqualTo(before + 1e-6f);
            before = now;
        }
        assertThat(before).isLessThan(1e-3f);
        assertThat(layer.asOf(0).toBytes())
                .isEqualTo(new PersonalLayer().load(layer.toBytes()).toBytes());
    }

    @Example
    void resetRestoresTheInitialState() {
        PersonalLayer layer = new PersonalLayer();
        layer.learn(START_MS, 0.5f, 7, false);
        layer.reset();
        assertThat(layer.toBytes()).isEqualTo(new PersonalLayer().toBytes());
        assertThat(layer.intensity(0.3f)).isEqualTo(0.3f);
    }

    @Example
    void interruptedMomentsWeighLess() {
        PersonalLayer whole = new PersonalLayer();
        PersonalLayer broken = new PersonalLayer();
        whole.learn(START_MS, 0.5f, 1, false);
        broken.learn(START_MS, 0.5f, 1, true);
        assertThat(broken.intensity(0.5f)).isBetween(whole.intensity(0.5f) + 0.01f, 0.49f);
    }

    @Example
    void rejectsBytesOfAnotherLayout() {
        assertThatThrownBy(() -> new PersonalLayer().load(new byte[3])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PersonalLayer().load(new byte[PersonalLayer.SIZE_BYTES]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static PersonalLayer learned(List<Label> labels) {
        PersonalLayer layer = new PersonalLayer();
        labels.forEach(label -> learn(layer, label));
        return layer;
    }

    private static void learn(PersonalLayer layer, Label label) {
        layer.learn(label.atMs(), label.intensity(), label.flow(), label.interrupted());
    }
}
