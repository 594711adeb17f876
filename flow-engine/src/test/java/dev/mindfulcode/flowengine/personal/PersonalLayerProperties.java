package dev.mindfulcode.flowengine.personal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class PersonalLayerProperties {
    private static final long START_MS = 1_700_000_000_000L;
    private static final long DAY_MS = 24L * 60 * 60_000;

    private static final long HOUR_MS = 60 * 60_000;

    private record Label(long atMs, float intensity, int flow) {}

    @Property
    void isTheIdentityWithoutLabels(@ForAll @FloatRange(min = 0, max = 1) float intensity) {
        PersonalLayer layer = new PersonalLayer();
        assertThat(layer.intensity(intensity)).isEqualTo(intensity);
        assertThat(layer.isPersonal()).isFalse();
    }

    /** The bounds in docs/personal-layer.md for some labels an hour apart, at any intensity. */
    @Property(tries = 300)
    void fewLabelsChangeLittle(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int count) {
        PersonalLayer layer = new PersonalLayer();
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            layer.learn(START_MS + i * HOUR_MS, random.nextFloat(), 1 + random.nextInt(7), 1);
        }
        float[] boundOf = {0, 0, 0.03f, 0.04f, 0.06f, 0.08f};
        for (float x = 0; x <= 1; x += 0.01f) {
            assertThat(Math.abs(layer.intensity(x) - x)).isLessThanOrEqualTo(boundOf[count]);
        }
    }

    @Property(tries = 50)
    void followsManyConsistentLabels(
            @ForAll long seed,
            @ForAll @FloatRange(min = -1.5f, max = 1.5f) float offset,
            @ForAll @FloatRange(min = 0.5f, max = 1.5f) float slope) {
        Assume.that(Math.abs(offset) > 0.5 || Math.abs(slope - 1) > 0.3);
        PersonalLayer layer = new PersonalLayer();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            float x = 0.1f + 0.8f * random.nextFloat();
            layer.learn(START_MS + i * HOUR_MS, x, 1 + (int) Math.round(6 * own(offset, slope, x)), 1);
        }
        for (float x = 0.15f; x < 0.85f; x += 0.05f) {
            assertThat(layer.intensity(x)).isCloseTo((float) own(offset, slope, x), within(0.12f));
        }
    }

    private static double own(double offset, double slope, double x) {
        return 1 / (1 + Math.exp(-offset - slope * Math.log(x / (1 - x))));
    }

    @Example
    void labelsOfOneHourCountAsOne() {
        PersonalLayer one = learned(consistent(20, 1));
        PersonalLayer ten = learned(consistent(20, 10));
        assertThat(one.isPersonal()).isTrue();
        assertThat(ten.intensity(0.5f)).isCloseTo(one.intensity(0.5f), within(1e-4f));
        assertThat(learned(consistent(1, 50)).isPersonal()).as("a single hour").isFalse();
    }

    @Example
    void answersThatFollowTheModelSeldomChangeReadings() {
        int changed = 0;
        for (int person = 0; person < 100; person++) {
            Random random = new Random(person);
            PersonalLayer layer = new PersonalLayer();
            for (int i = 0; i < 300; i++) {
                float x = 0.1f + 0.8f * random.nextFloat();
                layer.learn(START_MS + i * HOUR_MS, x, random.nextFloat() < x ? 7 : 1, 1);
                changed += Math.abs(layer.intensity(0.5f) - 0.5f) > 0.05f ? 1 : 0;
            }
        }
        assertThat(changed / (100.0 * 300)).isLessThan(0.05);
    }

    /** It learns from agreement after contradiction that it does not help, and stops. */
    @Example
    void stopsWhenItPredictsWorseThanTheModel() {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < 40; i++) {
            layer.learn(START_MS + i * HOUR_MS, 0.5f, 7, 1);
        }
        assertThat(layer.isPersonal()).isTrue();
        for (int i = 40; i < 70; i++) {
            layer.learn(START_MS + i * HOUR_MS, 0.5f, 1, 1);
        }
        assertThat(layer.isPersonal()).isFalse();
        assertThat(layer.intensity(0.3f)).isEqualTo(0.3f);
    }

    @Example
    void learnsTheSlopeAfterFiftyHours() {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < 120; i++) {
            float x = i % 2 == 0 ? 0.8f : 0.2f;
            layer.learn(START_MS + i * HOUR_MS, x, i % 2 == 0 ? 7 : 1, 1);
            if (i < PersonalLayer.SLOPE_HOURS_MIN) {
                assertThat(layer.intensity(0.9f) + layer.intensity(0.1f)).isCloseTo(1, within(0.05f));
                assertThat(layer.intensity(0.9f)).isCloseTo(0.9f, within(0.02f));
            }
        }
        assertThat(layer.intensity(0.8f)).isGreaterThan(0.82f);
        assertThat(layer.intensity(0.2f)).isLessThan(0.18f);
    }

    @Example
    void momentsSampledMoreOftenCountForLess() {
        assertThat(PersonalLayer.weight(false, null)).isEqualTo(1);
        assertThat(PersonalLayer.weight(true, null)).isEqualTo(0.5);
        assertThat(PersonalLayer.weight(false, 0.5 / 45)).isEqualTo(1);
        assertThat(PersonalLayer.weight(false, 0.5 / 20)).isCloseTo(20.0 / 45, within(1e-9));
        assertThat(PersonalLayer.weight(false, 0.51)).isEqualTo(PersonalLayer.SAMPLING_WEIGHT_MIN);
        for (double hostile : new double[] {0, -1, Double.NaN, 1e-300, Double.POSITIVE_INFINITY}) {
            assertThat(PersonalLayer.weight(false, hostile)).isBetween(0.25, 1.0);
        }
    }

    @Property(tries = 200)
    void contradictoryLabelsCancelOut(@ForAll @IntRange(min = 1, max = 200) int pairs) {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < pairs; i++) {
            layer.learn(START_MS + 2 * i * HOUR_MS, 0.5f, 1, 1);
            layer.learn(START_MS + (2 * i + 1) * HOUR_MS, 0.5f, 7, 1);
        }
        assertThat(layer.intensity(0.5f)).isCloseTo(0.5f, within(1e-3f));
    }

    @Property(tries = 300)
    void isMonotoneFiniteAndInRange(
            @ForAll List<Float> intensities, @ForAll List<Integer> flows, @ForAll List<Long> times) {
        PersonalLayer layer = new PersonalLayer();
        for (int i = 0; i < Math.min(intensities.size(), Math.min(flows.size(), times.size())); i++) {
            layer.learn(times.get(i), intensities.get(i), flows.get(i), i % 2 == 0 ? Double.MAX_VALUE : 0);
        }
        float before = 0;
        for (float x : new float[] {0, Float.MIN_VALUE, 0.004f, 0.01f, 0.2f, 0.5f, 0.8f, 0.99f, 0.999f, 1}) {
            assertThat(layer.intensity(x)).isBetween(before, 1f);
            before = layer.intensity(x);
        }
        assertThat(layer.intensity(Float.NaN)).matches(p -> !layer.isPersonal() || (p >= 0 && p <= 1));
    }

    @Property(tries = 200)
    void sameLabelsGiveTheSameBytesThroughAStore(@ForAll long seed) {
        Random random = new Random(seed);
        PersonalLayer original = new PersonalLayer();
        PersonalLayer stored = new PersonalLayer();
        for (int i = 0; i < 80; i++) {
            Label label = new Label(START_MS + i * HOUR_MS / 3, random.nextFloat(), 1 + random.nextInt(7));
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
            layer.learn(START_MS + i * HOUR_MS, 0.5f, (int) flow, 1);
        }
        float before = Math.abs(layer.intensity(0.5f) - 0.5f);
        for (int day = 5; day <= 3_600; day += 30) {
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
        consistent(20, 1).forEach(label -> learn(layer, label));
        layer.reset();
        assertThat(layer.toBytes()).isEqualTo(new PersonalLayer().toBytes());
        assertThat(layer.intensity(0.3f)).isEqualTo(0.3f);
    }

    @Example
    void interruptedMomentsWeighLess() {
        PersonalLayer whole = new PersonalLayer();
        PersonalLayer broken = new PersonalLayer();
        for (int i = 0; i < 40; i++) {
            whole.learn(START_MS + i * HOUR_MS, 0.5f, 1, PersonalLayer.weight(false, null));
            broken.learn(START_MS + i * HOUR_MS, 0.5f, 1, PersonalLayer.weight(true, null));
        }
        assertThat(broken.intensity(0.5f)).isBetween(whole.intensity(0.5f) + 0.01f, 0.49f);
    }

    @Example
    void rejectsBytesOfAnotherLayout() {
        assertThatThrownBy(() -> new PersonalLayer().load(new byte[3])).isInstanceOf(IllegalArgumentException.class);
        byte[] earlier = new PersonalLayer().toBytes();
        earlier[0] = 1;
        assertThatThrownBy(() -> new PersonalLayer().load(earlier))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("replay the labels");
    }

    private static PersonalLayer learned(List<Label> labels) {
        PersonalLayer layer = new PersonalLayer();
        labels.forEach(label -> learn(layer, label));
        return layer;
    }

    private static void learn(PersonalLayer layer, Label label) {
        layer.learn(label.atMs(), label.intensity(), label.flow(), 1);
    }

    private static List<Label> consistent(int hours, int labelsPerHour) {
        List<Label> labels = new ArrayList<>();
        for (int hour = 0; hour < hours; hour++) {
            for (int i = 0; i < labelsPerHour; i++) {
                labels.add(new Label(START_MS + hour * HOUR_MS + i * 60_000L, 0.5f, 7));
            }
        }
        return labels;
    }
}
