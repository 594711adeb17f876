package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.pluginhost.PluginRecord.KeystrokeIntervals;
import dev.mindfulcode.pluginhost.PluginRecord.Signals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares plugins/typing-fatigue over simulated weeks with a Java reference of two passes around the means. */
class TypingFatiguePluginTest {
    private static final int KEYSTROKES = 60;

    private record Key(int intervalMs, boolean isCorrection) {}

    private record Session(UUID id, List<Key> keys, List<KeystrokeIntervals> batches) {}

    @Test
    void matchesJavaReferenceOverWeeks() throws Exception {
        Random random = new Random(11);
        List<Session> sessions = new ArrayList<>();
        long atMs = Instant.parse("2026-01-05T08:00:00Z").toEpochMilli();
        for (int i = 0; i < 60; i++) {
            sessions.add(session(random, atMs + i * 8 * 3_600_000L, 20 + random.nextInt(200), random.nextDouble(0.6)));
        }
        List<KeystrokeIntervals> batches = new ArrayList<>();
        sessions.forEach(session -> batches.addAll(session.batches));
        Map<String, Map<String, @Nullable Object>> rows = ExamplePlugin.fold("typing-fatigue", batches);

        int reported = 0;
        for (Session session : sessions) {
            Map<String, ?> row = rows.get(session.id.toString());
            long activeMs = session.keys.stream()
                    .mapToLong(key -> key.intervalMs <= 15_000 ? key.intervalMs : 0)
                    .sum();
            if (activeMs < 20 * 60_000) {
                assertThat(row).isNull();
                continue;
            }
            reported++;
            assertThat(row).isNotNull();
            assertThat(number(row, "active_minutes")).isEqualTo(activeMs / 60_000);
            assertThat(number(row, "keystrokes")).isEqualTo(session.keys.size());
            assertThat(number(row, "interval_drift_ms")).isCloseTo(intervalDrift(session.keys), within(0.0011));
            assertThat(number(row, "corrections_drift_percent"))
                    .isCloseTo(correctionsDrift(session.keys), within(0.0011));
        }
        assertThat(reported).isBetween(20, 59);
    }

    @Test
    void findsSyntheticDrift() throws Exception {
        Session session = session(new Random(1), 1_767_600_000_000L, 400, 0.5);
        Map<String, ?> row =
                ExamplePlugin.fold("typing-fatigue", session.batches).get(session.id.toString());

        assertThat(number(row, "interval_drift_ms")).isGreaterThan(10);
        assertThat(number(row, "corrections_drift_percent")).isGreaterThan(2);
    }

    /** @param drift by how much intervals grow with each batch, in milliseconds */
    private static Session session(Random random, long startedAtMs, int batches, double drift) {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        List<Key> keys = new ArrayList<>();
        List<KeystrokeIntervals> records = new ArrayList<>();
        long atMs = startedAtMs;
        for (int sequence = 0; sequence < batches; sequence++) {
            int[] intervals = new int[KEYSTROKES];
            byte[] classes = new byte[KEYSTROKES];
            long lastsMs = 0;
            for (int i = 0; i < KEYSTROKES; i++) {
                intervals[i] = random.nextInt(30) == 0
                        ? 900 + random.nextInt(25_000)
                        : 90 + random.nextInt(150) + (int) (drift * sequence);
                boolean isCorrection = random.nextInt(2_000) < 50 + sequence;
                classes[i] = (byte) (isCorrection ? random.nextBoolean() ? 6 : 9 : random.nextInt(6));
                keys.add(new Key(intervals[i], isCorrection));
                lastsMs += intervals[i];
            }
            int[] dwells = sequence % 3 == 0 ? intervals.clone() : new int[0];
            Signals signals = sequence % 4 == 0
                    ? new Signals(new int[] {1, 2}, new int[] {0, 1}, new byte[] {0, 2})
                    : Signals.NONE;
            records.add(new KeystrokeIntervals(id, sequence, atMs, 60, intervals, dwells, classes, signals));
            atMs += lastsMs;
        }
        return new Session(id, keys, records);
    }

    private static double intervalDrift(List<Key> keys) {
        List<double[]> points = new ArrayList<>();
        long activeMs = 0;
        for (Key key : keys) {
            activeMs += key.intervalMs <= 15_000 ? key.intervalMs : 0;
            if (key.intervalMs <= 1_000) {
                points.add(new double[] {activeMs / 3_600_000.0, key.intervalMs});
            }
        }
        return slope(points);
    }

    private static double correctionsDrift(List<Key> keys) {
        List<double[]> points = new ArrayList<>();
        long activeMs = 0;
        for (Key key : keys) {
            activeMs += key.intervalMs <= 15_000 ? key.intervalMs : 0;
            points.add(new double[] {activeMs / 3_600_000.0, key.isCorrection ? 100 : 0});
        }
        return slope(points);
    }

    private static double slope(List<double[]> points) {
        double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double above = points.stream()
                .mapToDouble(point -> (point[0] - x) * (point[1] - y))
                .sum();
        return above
                / points.stream()
                        .mapToDouble(point -> (point[0] - x) * (point[0] - x))
                        .sum();
    }

    private static double number(@Nullable Map<String, ?> row, String field) {
        return row != null && row.get(field) instanceof Double value ? value : Double.NaN;
    }
}
