package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.ObjLongConsumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generated weeks of one developer before an instant, as records of an exported log for {@code POST
 * /api/privacy/import}: keystrokes and editor signals only, so that every reading is the engine's. The same seed, end
 * and zone give the same records.
 *
 * <p>Keystrokes within a burst follow the fitted typing model. The days are invented: work from about nine to half past
 * five on most weekdays, lunch, meetings, breaks, a few days off. An hour of a day consists of stretches of steady and
 * scattered work and of reading, steady ones more often at mid-morning and mid-afternoon.
 */
final class DemoHistory {

    static final int DAYS = 42;

    /** Time between the end of the history and now: live work begins with a head start, and neither may overlap. */
    static final Duration DISTANCE = Duration.ofMinutes(35);

    /** Records of one request: below the limit of the contract, in number and in bytes. */
    static final int PART_RECORDS_MAX = 300;

    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60 * SECOND_MS;
    private static final long BATCH_MS = MINUTE_MS;

    /** Silence after which the next block of work is another session. */
    private static final long SESSION_GAP_MS = 30 * MINUTE_MS;

    private static final double DAY_OFF_SHARE = 0.07;
    private static final double SATURDAY_SHARE = 0.12;
    private static final int LINE_KEYSTROKES = 30;
    private static final List<String> PROJECTS = List.of("demo-api", "demo-api", "demo-web", "demo-tools");
    private static final List<String> LANGUAGES = List.of("java", "java", "typescript", "python");

    /** Some minutes of one kind of work, with the means of invented distributions. */
    private enum Stretch {
        STEADY(20 * MINUTE_MS, 7, 7 * SECOND_MS, 0, 100 * SECOND_MS),
        SCATTERED(8 * MINUTE_MS, 6, 9 * SECOND_MS, 0.2, 15 * SECOND_MS),
        READING(6 * MINUTE_MS, 3, 55 * SECOND_MS, 0, 60 * SECOND_MS);

        final long meanMs;
        final int burstKeystrokes;
        final long pauseMs;
        final double errorShare;
        final long signalMs;

        Stretch(long meanMs, int burstKeystrokes, long pauseMs, double errorShare, long signalMs) {
            this.meanMs = meanMs;
            this.burstKeystrokes = burstKeystrokes;
            this.pauseMs = pauseMs;
            this.errorShare = errorShare;
            this.signalMs = signalMs;
        }
    }

    /** A time without a pause for a meal, a meeting or a coffee, epoch milliseconds. */
    private record Block(long fromMs, long toMs) {}

    private final long seed;
    private final Instant end;
    private final ZoneId zone;
    private final UUID source;
    private final Typist typist;

    private ArrayNode records = ApiClient.json().createArrayNode();
    private long events;
    private long batches;
    private long keystrokes;
    private long recordMs;

    /** @param end nothing is later; the history begins {@link #DAYS} days earlier */
    DemoHistory(TypingModel model, long seed, Instant end, ZoneId zone) {
        this.seed = seed;
        this.end = end;
        this.zone = zone;
        this.source = DeterministicIds.of(end.toEpochMilli(), "demo-history/" + seed);
        this.typist = new Typist(model, seed);
    }

    /** Returns the account that the records claim to be exported from. */
    UUID source() {
        return source;
    }

    /** Returns how many keystrokes were generated until now. */
    long keystrokes() {
        return keystrokes;
    }

    /** A recipient of parts, which may fail. */
    interface Recipient<E extends Exception> {

        /** @param records a JSON array of at most {@link #PART_RECORDS_MAX} records, in the order of their times */
        void accept(String records) throws E, InterruptedException;
    }

    /** Generates all records, once. */
    <E extends Exception> void forEachPart(Recipient<E> recipient) throws E, InterruptedException {
        LocalDate today = LocalDate.ofInstant(end, zone);
        for (LocalDate day = today.minusDays(DAYS - 1); !day.isAfter(today); day = day.plusDays(1)) {
            SplittableRandom random = new SplittableRandom(seed + 31 * day.toEpochDay());
            List<Block> session = new ArrayList<>();
            for (Block block : blocks(day, random)) {
                if (!session.isEmpty() && block.fromMs - session.getLast().toMs >= SESSION_GAP_MS) {
                    session(session, random, recipient);
                    session.clear();
                }
                session.add(block);
            }
            session(session, random, recipient);
        }
        flush(recipient);
    }

    /** Returns when the developer works on a day. */
    private List<Block> blocks(LocalDate day, SplittableRandom random) {
        boolean isWeekend = day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
        boolean isSaturday = day.getDayOfWeek() == DayOfWeek.SATURDAY;
        double luck = random.nextDouble();
        if (isWeekend ? !isSaturday || luck >= SATURDAY_SHARE : luck < DAY_OFF_SHARE) {
            return List.of();
        }
        List<Block> blocks = new ArrayList<>();
        if (isWeekend) {
            addBlocks(day, 10 * 60 + random.nextInt(90), 12 * 60 + random.nextInt(60), random, blocks);
            return blocks;
        }
        int lunch = 12 * 60 + random.nextInt(45);
        addBlocks(day, 8 * 60 + 40 + random.nextInt(50), lunch, random, blocks);
        addBlocks(day, lunch + 40 + random.nextInt(35), 16 * 60 + 45 + random.nextInt(80), random, blocks);
        return blocks;
    }

    /** Adds half a day with its breaks and perhaps a meeting, in minutes of the day. */
    private void addBlocks(LocalDate day, int from, int to, SplittableRandom random, List<Block> blocks) {
        int meetingAt =
                random.nextDouble() < 0.45 ? (from + 60 + random.nextInt(Math.max(1, to - from - 60))) / 30 * 30 : to;
        int at = from;
        while (at < to) {
            int breakAt = Math.min(at + 50 + random.nextInt(60), to);
            boolean isMeeting = meetingAt >= at && meetingAt <= breakAt && meetingAt < to;
            int until = isMeeting ? Math.max(meetingAt, at) : breakAt;
            long fromMs = millis(day, at);
            long untilMs = Math.min(millis(day, until), end.toEpochMilli());
            if (untilMs - fromMs >= MINUTE_MS) {
                blocks.add(new Block(fromMs, untilMs));
            }
            if (isMeeting) {
                at = until + 30 + 15 * random.nextInt(3);
                meetingAt = to;
            } else {
                at = until + 6 + random.nextInt(9);
            }
        }
    }

    private long millis(LocalDate day, int minuteOfDay) {
        return day.atTime(minuteOfDay / 60, minuteOfDay % 60)
                .atZone(zone)
                .toInstant()
                .toEpochMilli();
    }

    private <E extends Exception> void session(List<Block> blocks, SplittableRandom random, Recipient<E> recipient)
            throws E, InterruptedException {
        if (blocks.isEmpty()) {
            return;
        }
        long startMs = blocks.getFirst().fromMs;
        UUID id = DeterministicIds.of(startMs, source + "/" + startMs);
        int project = random.nextInt(PROJECTS.size());
        event(id, "started", startMs)
                .put("project", PROJECTS.get(project))
                .put("language", LANGUAGES.get(project))
                .put("editor", "demo");
        Work work = new Work(id, startMs, random);
        for (Block block : blocks) {
            work.begin(block);
            while (work.hasBatch()) {
                work.addBatch();
                if (records.size() >= PART_RECORDS_MAX - 2) {
                    flush(recipient);
                }
            }
        }
        event(id, "ended", Math.max(recordMs, startMs));
    }

    private ObjectNode event(UUID session, String kind, long atMs) {
        String at = Instant.ofEpochMilli(atMs).toString();
        return row("session_events", events++, session)
                .put("kind", kind)
                .put("at", at)
                .put("recorded_at", at);
    }

    private ObjectNode row(String table, long number, UUID session) {
        return records.addObject().put("table", table).put("number", number).put("session_id", session.toString());
    }

    private <E extends Exception> void flush(Recipient<E> recipient) throws E, InterruptedException {
        if (!records.isEmpty()) {
            recipient.accept(records.toString());
            records = ApiClient.json().createArrayNode();
        }
    }

    /** The work of one session. Each batch reaches from the last event of the one before to its own. */
    private final class Work {

        private final UUID session;
        private final SplittableRandom random;
        private int sequence;
        private long batchFromMs;
        private long untilMs;
        private Stretch stretch = Stretch.STEADY;
        private long stretchEndsMs;
        private long signalAtMs;
        private long keyAtMs;
        private int keysLeft;

        Work(UUID session, long startMs, SplittableRandom random) {
            this.session = session;
            this.batchFromMs = startMs;
            this.random = random;
        }

        void begin(Block block) {
            untilMs = block.toMs;
            batchFromMs = Math.max(block.fromMs, batchFromMs);
            enter(block.fromMs);
            keyAtMs = block.fromMs;
            drawKey();
        }

        boolean hasBatch() {
            return Math.min(keyAtMs, signalAtMs) < untilMs;
        }

        private void enter(long atMs) {
            double hour = (Instant.ofEpochMilli(atMs).atZone(zone).toLocalTime().toSecondOfDay()) / 3_600.0;
            boolean isGoodHour = hour >= 9.5 && hour < 11.5 || hour >= 14.5 && hour < 16.5;
            double luck = random.nextDouble();
            double steady = isGoodHour ? 0.52 : 0.28;
            stretch = luck < steady ? Stretch.STEADY : luck < steady + 0.35 ? Stretch.SCATTERED : Stretch.READING;
            stretchEndsMs = atMs + around(stretch.meanMs);
            signalAtMs = atMs + around(stretch.signalMs);
        }

        void addBatch() {
            long startMs = batchFromMs;
            long lastMs = startMs;
            long lastKeyMs = startMs;
            ArrayNode intervals = ApiClient.json().createArrayNode();
            ArrayNode dwells = ApiClient.json().createArrayNode();
            ArrayNode signalAt = ApiClient.json().createArrayNode();
            ArrayNode kinds = ApiClient.json().createArrayNode();
            ArrayNode values = ApiClient.json().createArrayNode();
            StringBuilder classes = new StringBuilder();
            ObjLongConsumer<SignalKind> signal = (kind, value) -> {
                signalAt.add(signalAtMs - startMs);
                kinds.add(kind.name().toLowerCase(Locale.ROOT));
                values.add(value);
            };
            while (hasBatch() && Math.min(keyAtMs, signalAtMs) - startMs < BATCH_MS
                    || lastMs == startMs && hasBatch()) {
                if (signalAtMs < keyAtMs) {
                    signal(signal);
                    lastMs = signalAtMs;
                    signalAtMs += around(stretch.signalMs);
                } else {
                    intervals.add(keyAtMs - lastKeyMs);
                    dwells.add(typist.dwellMs());
                    classes.append(keyClass().letter());
                    keystrokes++;
                    lastKeyMs = keyAtMs;
                    lastMs = keyAtMs;
                    drawKey();
                }
                if (lastMs >= stretchEndsMs) {
                    enter(lastMs);
                }
            }
            recordMs = lastMs;
            ObjectNode row = row("keystroke_batches", batches++, session)
                    .put(
                            "batch_id",
                            DeterministicIds.of(startMs, session + "/" + sequence)
                                    .toString())
                    .put("sequence", sequence++)
                    .put("started_at", Instant.ofEpochMilli(startMs).toString())
                    .put("received_at", Instant.ofEpochMilli(lastMs).toString())
                    .put("key_classes", classes.toString());
            row.set("intervals_ms", intervals);
            row.set("dwells_ms", dwells);
            row.set("signal_at_ms", signalAt);
            row.set("signal_kinds", kinds);
            row.set("signal_values", values);
            batchFromMs = lastMs;
        }

        private void signal(ObjLongConsumer<SignalKind> signal) {
            double kind = random.nextDouble();
            boolean isScattered = stretch == Stretch.SCATTERED;
            if (kind < (isScattered ? 0.6 : 0.2)) {
                signal.accept(SignalKind.FILE_SWITCH, 0);
            } else if (kind < 0.75) {
                signal.accept(SignalKind.SAVE, 0);
            } else if (kind < 0.88) {
                signal.accept(SignalKind.TEST, random.nextDouble() < (isScattered ? 0.4 : 0.8) ? 1 : 0);
            } else {
                signal.accept(SignalKind.DIAGNOSTICS, random.nextInt(isScattered ? 12 : 3));
            }
        }

        private void drawKey() {
            typist.next();
            if (keysLeft == 0) {
                keysLeft = 1 + random.nextInt(2 * stretch.burstKeystrokes);
                keyAtMs += around(stretch.pauseMs);
            } else {
                keyAtMs += Math.min(typist.intervalMs(), TypingModel.PAUSE_MS);
            }
            keysLeft--;
        }

        private KeyClass keyClass() {
            double luck = random.nextDouble();
            if (luck < stretch.errorShare) {
                return KeyClass.DELETE;
            }
            return random.nextInt(LINE_KEYSTROKES) == 0
                    ? KeyClass.ENTER
                    : Objects.requireNonNull(KeyClass.ofCode(typist.keyClass()));
        }

        /** Returns a time of this mean, 1/5 to 9/5 of it. */
        private long around(long meanMs) {
            return (long) (meanMs * (0.2 + 1.6 * random.nextDouble()));
        }
    }
}
