package dev.mindfulcode.benchmarks.plugins;

import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Weeks of one made-up person's typing, the same for the same seed: two sessions a working day, with losses of focus,
 * saves and builds.
 */
public final class SampleTyping {

    private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 5);
    private static final ZoneId ZONE = ZoneId.of("Europe/Zurich");
    private static final int BATCH_KEYSTROKES = 60;
    private static final long SESSION_MS_MIN = 50 * 60_000L;
    private static final long SESSION_MS_SPREAD = 100 * 60_000L;

    private SampleTyping() {}

    public static List<PluginDryRun.TypedBatch> weeks(int weeks, long seed) {
        Typist typist = new Typist(TypingModel.committed(), seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<PluginDryRun.TypedBatch> typed = new ArrayList<>();
        for (int day = 0; day < 7 * weeks; day++) {
            LocalDate date = FIRST_DAY.plusDays(day);
            if (date.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) <= 0) {
                session(typist, random, date, LocalTime.of(9, 0), typed);
                session(typist, random, date, LocalTime.of(14, 0), typed);
            }
        }
        return typed;
    }

    private static void session(
            Typist typist,
            SplittableRandom random,
            LocalDate date,
            LocalTime time,
            List<PluginDryRun.TypedBatch> typed) {
        long atMs = date.atTime(time).atZone(ZONE).toInstant().toEpochMilli() + random.nextInt(30 * 60_000);
        long endMs = atMs + SESSION_MS_MIN + random.nextLong(SESSION_MS_SPREAD);
        UUID session = DeterministicIds.of(atMs, "sample/" + atMs);
        for (int sequence = 0; atMs < endMs; sequence++) {
            KeystrokePayload payload = batch(typist, random);
            typed.add(new PluginDryRun.TypedBatch(session, sequence, atMs, payload));
            for (int interval : payload.intervalsMs()) {
                atMs += interval;
            }
        }
    }

    private static KeystrokePayload batch(Typist typist, SplittableRandom random) {
        int[] intervals = new int[BATCH_KEYSTROKES];
        int[] dwells = new int[BATCH_KEYSTROKES];
        byte[] classes = new byte[BATCH_KEYSTROKES];
        int lastsMs = 0;
        for (int i = 0; i < BATCH_KEYSTROKES; i++) {
            typist.next();
            intervals[i] = typist.intervalMs();
            dwells[i] = typist.dwellMs();
            classes[i] = random.nextInt(200) == 0 ? (byte) KeyClass.UNDO.code() : typist.keyClass();
            lastsMs += intervals[i];
        }
        SignalKind kind = switch (random.nextInt(40)) {
            case 0 -> SignalKind.FOCUS_LOST;
            case 1, 2 -> SignalKind.FILE_SWITCH;
            case 3, 4, 5 -> SignalKind.SAVE;
            case 6 -> SignalKind.BUILD;
            default -> null;
        };
        if (kind == null) {
            return new KeystrokePayload(intervals, classes, dwells, new int[0], new byte[0], new int[0]);
        }
        int value = kind == SignalKind.BUILD && random.nextInt(3) > 0 ? 1 : 0;
        return new KeystrokePayload(
                intervals,
                classes,
                dwells,
                new int[] {random.nextInt(lastsMs)},
                new byte[] {(byte) kind.code()},
                new int[] {value});
    }
}
