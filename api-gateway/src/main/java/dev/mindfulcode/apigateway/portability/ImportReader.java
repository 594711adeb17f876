package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowFeedbackKind;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.JsonFields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of an exported log. Times are those of the source, within the limits that its ingest had: nothing is
 * clamped, and nothing is in the future.
 */
record ImportReader(UUID userId, Instant now) {

    static final int RECORDS_MAX = 500;
    static final long NUMBER_MAX = (1L << 53) - 1;

    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Duration AHEAD_MAX = Duration.ofSeconds(60);
    private static final Duration LATENESS_MAX = Duration.ofDays(32);
    private static final int SPAN_MS_MAX = 86_400_000;
    private static final int DWELL_MS_MAX = 600_000;
    private static final int SIGNAL_VALUE_MAX = 1_000_000;
    private static final int DETAIL_LENGTH_MAX = 200;
    private static final int KIND_LENGTH_MAX = 32;

    private static final Map<String, Topic<?>> TOPICS =
            LogTables.SENT.stream().collect(Collectors.toMap(LogTables::name, topic -> topic));

    /** A row with its number in its table. */
    record Numbered(long number, ImportedRecord content) {}

    /** Reads a row; unknown fields are rejected by name. */
    Numbered read(JsonFields row) {
        String name = row.requiredText(JsonExport.TABLE, KIND_LENGTH_MAX);
        Topic<?> topic = TOPICS.get(name);
        if (topic == null) {
            throw row.invalid(JsonExport.TABLE, "Must be one of " + String.join(", ", TOPICS.keySet()) + ".");
        }
        row.only(columns(topic));
        long number = required(row, "number", row.integer("number", 0, NUMBER_MAX));
        return new Numbered(number, content(topic, row));
    }

    private static String[] columns(Topic<?> topic) {
        List<Table.Column> columns = LogTables.tableOf(topic).columns();
        String[] names = new String[columns.size() + 1];
        Arrays.setAll(names, i -> i == 0 ? JsonExport.TABLE : columns.get(i - 1).name());
        return names;
    }

    private ImportedRecord content(Topic<?> topic, JsonFields row) {
        if (topic.equals(Topics.KEYSTROKES)) {
            return batch(row);
        }
        if (topic.equals(Topics.FLOW_FEATURES)) {
            return report(row);
        }
        String kind = row.requiredText("kind", KIND_LENGTH_MAX).toUpperCase(Locale.ROOT);
        if (topic.equals(Topics.SESSIONS)) {
            return session(row, kind);
        }
        return topic.equals(Topics.FLOW_FEEDBACK) ? rating(row, kind) : account(row, kind);
    }

    private ImportedRecord session(JsonFields row, String kindText) {
        SessionEventKind kind = constant(SessionEventKind.class, kindText);
        if (kind == null || kind == SessionEventKind.UNKNOWN) {
            return new ImportedRecord.Ignored(Topics.SESSIONS);
        }
        Instant at = time(row, "at");
        SessionEvent event = SessionEvent.newBuilder()
                .setSessionId(session(row))
                .setKind(kind)
                .setAt(at)
                .setRecordedAt(time(row, "recorded_at"))
                .setStartedAt(timeOrNull(row, "started_at"))
                .setEndedAt(timeOrNull(row, "ended_at"))
                .setImported(true)
                .build();
        SessionDetails details = new SessionDetails(
                row.text("project", DETAIL_LENGTH_MAX),
                row.text("language", DETAIL_LENGTH_MAX),
                row.text("editor", DETAIL_LENGTH_MAX));
        boolean hasDetails =
                details.getProject() != null || details.getLanguage() != null || details.getEditor() != null;
        return new ImportedRecord.Session(event, hasDetails ? details : null);
    }

    private ImportedRecord rating(JsonFields row, String kindText) {
        FlowFeedbackKind kind = constant(FlowFeedbackKind.class, kindText);
        if (kind == null || kind == FlowFeedbackKind.UNKNOWN) {
            return new ImportedRecord.Ignored(Topics.FLOW_FEEDBACK);
        }
        Long flow = row.integer("flow", 1, 7);
        if (kind == FlowFeedbackKind.LABELLED) {
            required(row, "flow", flow);
        }
        UUID sessionId = row.uuid("session_id");
        return new ImportedRecord.Rating(FlowFeedback.newBuilder()
                .setFeedbackId(row.required("feedback_id", row.uuid("feedback_id")))
                .setKind(kind)
                .setAt(time(row, "at"))
                .setSessionId(sessionId == null ? null : sessionId(userId, sessionId))
                .setFlow(flow == null ? null : Math.toIntExact(flow))
                .setInterrupted(row.bool("interrupted"))
                .setProbability(row.number("probability", 0, 1))
                .setCreatedAt(time(row, "created_at"))
                .setImported(true)
                .build());
    }

    private ImportedRecord account(JsonFields row, String kind) {
        Double sensitivity = row.number("sensitivity", 0, 1);
        if (sensitivity == null || !kind.equals(AccountEventKind.SETTINGS_CHANGED.name())) {
            return new ImportedRecord.Ignored(Topics.ACCOUNTS);
        }
        return new ImportedRecord.Sensitivity(
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(time(row, "at"))
                        .setSensitivity(sensitivity.floatValue())
                        .build(),
                sensitivity);
    }

    private ImportedRecord batch(JsonFields row) {
        int[] intervals = numbers(row, "intervals_ms", KeystrokePayload.KEYSTROKES_MAX, SPAN_MS_MAX);
        if (Arrays.stream(intervals).asLongStream().sum() > SPAN_MS_MAX) {
            throw row.invalid("intervals_ms", "The batch spans more than " + SPAN_MS_MAX + " ms.");
        }
        byte[] classes = keyClasses(row, intervals.length);
        int[] dwells = numbers(row, "dwells_ms", KeystrokePayload.KEYSTROKES_MAX, DWELL_MS_MAX);
        int[] signalAt = numbers(row, "signal_at_ms", KeystrokePayload.SIGNALS_MAX, SPAN_MS_MAX);
        byte[] kinds = signalKinds(row);
        int[] values = numbers(row, "signal_values", KeystrokePayload.SIGNALS_MAX, SIGNAL_VALUE_MAX);
        KeystrokePayload payload;
        try {
            payload = new KeystrokePayload(intervals, classes, dwells, signalAt, kinds, values);
        } catch (IllegalArgumentException e) {
            throw row.invalid("intervals_ms", "Lists of one batch differ in length: " + e.getMessage() + ".");
        }
        Instant receivedAt = time(row, "received_at");
        return new ImportedRecord.Batch(KeystrokeBatch.newBuilder()
                .setBatchId(row.required("batch_id", row.uuid("batch_id")))
                .setSessionId(session(row))
                .setSequence(required(row, "sequence", row.integer("sequence", 0, NUMBER_MAX)))
                .setStartedAt(startedAt(row, receivedAt))
                .setReceivedAt(receivedAt)
                .setClamped(Boolean.TRUE.equals(row.bool("clamped")))
                .setPayload(ByteBuffer.wrap(payload.encode()))
                .setImported(true)
                .build());
    }

    private static byte[] keyClasses(JsonFields row, int keystrokes) {
        String letters = row.anyText("key_classes");
        if (letters == null || letters.length() != keystrokes) {
            throw row.invalid("key_classes", "Must have one letter for each of " + keystrokes + " keystrokes.");
        }
        byte[] classes = new byte[keystrokes];
        for (int i = 0; i < classes.length; i++) {
            int code = KeyClass.codeOfLetter(letters.charAt(i));
            if (code < 0) {
                throw row.invalid("key_classes", "Unknown key class at position " + i + ".");
            }
            classes[i] = (byte) code;
        }
        return classes;
    }

    private static byte[] signalKinds(JsonFields row) {
        List<String> names =
                row.required("signal_kinds", row.texts("signal_kinds", KeystrokePayload.SIGNALS_MAX, KIND_LENGTH_MAX));
        byte[] kinds = new byte[names.size()];
        for (int i = 0; i < kinds.length; i++) {
            SignalKind kind = constant(SignalKind.class, names.get(i).toUpperCase(Locale.ROOT));
            if (kind == null) {
                throw row.invalid("signal_kinds", "Unknown kind at position " + i + ".");
            }
            kinds[i] = kind.code();
        }
        return kinds;
    }

    private ImportedRecord report(JsonFields row) {
        Instant receivedAt = time(row, "received_at");
        Instant startedAt = startedAt(row, receivedAt);
        FlowFeatures report = FlowFeatures.newBuilder()
                .setReportId(row.required("report_id", row.uuid("report_id")))
                .setSessionId(session(row))
                .setSequence(required(row, "sequence", row.integer("sequence", 0, NUMBER_MAX)))
                .setStartedAt(startedAt)
                .setReceivedAt(receivedAt)
                .setClamped(Boolean.TRUE.equals(row.bool("clamped")))
                .setDurationMs(count(row, "duration_ms"))
                .setKeystrokes(count(row, "keystrokes"))
                .setErrors(count(row, "errors"))
                .setContextSwitches(count(row, "context_switches"))
                .setFocusLosses(optionalCount(row, "focus_losses"))
                .setLines(optionalCount(row, "lines"))
                .setFilesModified(count(row, "files_modified"))
                .setActiveMs(count(row, "active_ms"))
                .setRhythm(feature(row, "rhythm"))
                .setFocus(feature(row, "focus"))
                .setConsistency(feature(row, "consistency"))
                .setErrorPenalty(feature(row, "error_penalty"))
                .setVelocity(feature(row, "velocity"))
                .setImported(true)
                .build();
        try {
            FeatureReport _ = new FeatureReport(
                    startedAt.toEpochMilli(),
                    report.getDurationMs(),
                    report.getKeystrokes(),
                    report.getErrors(),
                    report.getContextSwitches(),
                    report.getFocusLosses(),
                    report.getLines(),
                    report.getFilesModified(),
                    report.getActiveMs(),
                    report.getRhythm(),
                    report.getFocus(),
                    report.getConsistency(),
                    report.getErrorPenalty(),
                    report.getVelocity());
        } catch (IllegalArgumentException e) {
            throw row.invalid("duration_ms", "Not a report of features: " + e.getMessage() + ".");
        }
        return new ImportedRecord.Report(report);
    }

    private static int count(JsonFields row, String name) {
        return Math.toIntExact(required(row, name, row.integer(name, 0, SPAN_MS_MAX)));
    }

    /** Returns a count that exports of earlier builds do not have. */
    private static int optionalCount(JsonFields row, String name) {
        Long count = row.integer(name, 0, SPAN_MS_MAX);
        return count == null ? 0 : Math.toIntExact(count);
    }

    private static float feature(JsonFields row, String name) {
        return row.required(name, row.number(name, 0, 1)).floatValue();
    }

    private static int[] numbers(JsonFields row, String name, int countMax, int max) {
        int[] numbers = row.milliseconds(name, 0, countMax, max);
        return numbers == null ? new int[0] : numbers;
    }

    private UUID session(JsonFields row) {
        return sessionId(userId, row.required("session_id", row.uuid("session_id")));
    }

    private Instant startedAt(JsonFields row, Instant receivedAt) {
        Instant startedAt = time(row, "started_at");
        if (startedAt.isBefore(receivedAt.minus(LATENESS_MAX)) || startedAt.isAfter(receivedAt.plus(AHEAD_MAX))) {
            throw row.invalid("started_at", "Must be at most 32 days before received_at, and 60 s after.");
        }
        return startedAt;
    }

    private Instant time(JsonFields row, String name) {
        return row.required(name, timeOrNull(row, name));
    }

    private @Nullable Instant timeOrNull(JsonFields row, String name) {
        Instant time = row.time(name);
        if (time != null && (time.isBefore(EARLIEST) || time.isAfter(now.plus(AHEAD_MAX)))) {
            throw row.invalid(name, "Must be from 2020-01-01T00:00:00Z to now.");
        }
        return time;
    }

    private static <E extends Enum<E>> @Nullable E constant(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static long required(JsonFields row, String name, @Nullable Long value) {
        return row.required(name, value);
    }

    /**
     * Returns the id of an imported session: the same at each import into an account, and another in each account. The
     * first half is that of the source, so that ids keep their order: it decides to which of two concurrent sessions a
     * moment belongs.
     */
    static UUID sessionId(UUID userId, UUID source) {
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256")
                    .digest((userId + "/" + source).getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Each JDK has SHA-256", e);
        }
        long low = ByteBuffer.wrap(hash).getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(source.getMostSignificantBits(), low);
    }
}
