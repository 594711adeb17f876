package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the log: one a topic, with a column for each field of its events, so that a new field is exported
 * without a change here. Encrypted fields are replaced by what they contain. Blocking; not thread-safe.
 */
final class LogTables implements AutoCloseable {

    /** Topics with what a user or their client sent, which an import repeats. */
    static final List<Topic<?>> SENT =
            List.of(Topics.SESSIONS, Topics.ACCOUNTS, Topics.FLOW_FEEDBACK, Topics.FLOW_FEATURES, Topics.KEYSTROKES);

    private static final Map<String, String> NAMES = Map.of(
            Topics.SESSIONS.name(), "session_events",
            Topics.ACCOUNTS.name(), "account_events",
            Topics.FLOW_FEEDBACK.name(), "flow_ratings",
            Topics.KEYSTROKES.name(), "keystroke_batches",
            Topics.FLOW_FEATURES.name(), "feature_reports",
            Topics.FLOW_STATES.name(), "flow_states");

    private static final Map<String, String> DESCRIPTIONS = Map.of(
            Topics.SESSIONS.name(), "What you reported about sessions: starts, ends, projects, corrections, deletions.",
            Topics.ACCOUNTS.name(), "Changes of the account that flow detection needs.",
            Topics.FLOW_FEEDBACK.name(), "Your ratings of your flow.",
            Topics.KEYSTROKES.name(), "Keystrokes and editor signals, as your editor sent them.",
            Topics.FLOW_FEATURES.name(),
                    "Counts and features that your editor computed from keystrokes that it did not send.",
            Topics.FLOW_STATES.name(), "Readings of your flow, at most some a second.");

    /** Columns before the fields of each event. */
    private static final String COMMON = """
            number      Counts the records of this table, from 0
            written_at  When the record was written to the log""";

    private static final String DETAILS = """
            project   Project, if the event sets it
            language  Language, if the event sets it
            editor    Editor, if the event sets it""";

    private static final String KEY_CLASSES = Arrays.stream(KeyClass.values())
            .map(keyClass -> keyClass.letter() + " " + keyClass.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));

    private static final String TYPING = """
            intervals_ms   One a keystroke: time since the one before it, or since started_at
            key_classes    One letter a keystroke: %s
            dwells_ms      One a keystroke: how long the key was held; empty if the editor did not send it
            signal_at_ms   One an editor signal: time since started_at
            signal_kinds   One an editor signal: its kind
            signal_values  One an editor signal: builds, tests 1 ok, 0 failed; diagnostics their count; \
            otherwise 0""".formatted(KEY_CLASSES);

    /** Fields that {@link #DETAILS} and {@link #TYPING} replace. */
    private static final Map<Topic<?>, Set<String>> REPLACED = Map.of(
            Topics.SESSIONS, Set.of("project", "project_index", "language", "editor"),
            Topics.KEYSTROKES, Set.of("payload"));

    /** Descriptions of fields whose schema has none, and of those for which it speaks to readers of the code. */
    private static final Map<String, String> FIELDS = fields();

    /** A key that was destroyed is used no longer than this. */
    private static final Duration KEY_TTL = Duration.ofMillis(500);

    private final AsyncUserCiphers ciphers;
    private final UUID userId;
    private final Map<String, Reader<?>> readers = new LinkedHashMap<>();
    private @Nullable UserCipher cipher;
    private long cipherReadAtNs;

    /** The user was erased while their data were read. */
    static final class ErasedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ErasedException() {
            super("The account was erased");
        }
    }

    private record Reader<V extends SpecificRecord>(Topic<V> topic, Table table, SealedEvents<V> events)
            implements AutoCloseable {

        static <V extends SpecificRecord> Reader<V> of(Topic<V> topic, SchemaRegistry registry) {
            return new Reader<>(topic, tableOf(topic), new SealedEvents<>(topic, registry));
        }

        V read(byte[] value, UserCipher cipher) {
            return switch (events.open(cipher.userId(), value, _ -> Optional.of(cipher))) {
                case Opened.Event<V>(V event) -> event;
                case Opened.Erased<V> _, Opened.NoKey<V> _ -> throw new ErasedException();
            };
        }

        @Override
        public void close() {
            events.close();
        }
    }

    LogTables(SchemaRegistry registry, AsyncUserCiphers ciphers, UUID userId) {
        this.ciphers = ciphers;
        this.userId = userId;
        SENT.forEach(topic -> readers.put(topic.name(), Reader.of(topic, registry)));
        readers.put(Topics.FLOW_STATES.name(), Reader.of(Topics.FLOW_STATES, registry));
    }

    /** Returns the table of a topic. */
    static Table tableOf(Topic<?> topic) {
        Table common = Table.of("", "", COMMON);
        List<Table.Column> columns = new ArrayList<>(common.columns());
        Schema schema = SpecificData.get().getSchema(topic.valueType());
        for (Schema.Field field : schema.getFields()) {
            if (isExported(topic, field)) {
                columns.add(new Table.Column(field.name(), describe(field)));
            }
        }
        if (topic.equals(Topics.SESSIONS)) {
            columns.addAll(Table.of("", "", DETAILS).columns());
        } else if (topic.equals(Topics.KEYSTROKES)) {
            columns.addAll(Table.of("", "", TYPING).columns());
        }
        return new Table(name(topic), DESCRIPTIONS.getOrDefault(topic.name(), ""), columns);
    }

    static String name(Topic<?> topic) {
        return NAMES.getOrDefault(topic.name(), topic.name());
    }

    private static boolean isExported(Topic<?> topic, Schema.Field field) {
        return !REPLACED.getOrDefault(topic, Set.of()).contains(field.name());
    }

    private static String describe(Schema.Field field) {
        String own = FIELDS.get(field.name());
        return own == null ? String.valueOf(field.doc()) : own;
    }

    /**
     * Returns a record as a row, or null if it is unreadable.
     *
     * @throws ErasedException if the user has no key any more
     */
    @Nullable
    Row row(UserLog.Numbered numbered) {
        ConsumerRecord<byte[], byte[]> record = numbered.record();
        Reader<?> reader = readers.get(record.topic());
        if (reader == null) {
            throw new IllegalArgumentException("Topic is not exported: " + record.topic());
        }
        try {
            UserCipher current = cipher();
            SpecificRecord event = reader.read(record.value(), current);
            List<@Nullable Object> values = new ArrayList<>();
            values.add(numbered.number());
            values.add(Instant.ofEpochMilli(record.timestamp()));
            for (Schema.Field field : event.getSchema().getFields()) {
                if (isExported(reader.topic, field)) {
                    values.add(value(event.get(field.pos())));
                }
            }
            if (event instanceof SessionEvent change) {
                addDetails(values, change, current);
            } else if (event instanceof KeystrokeBatch batch) {
                addTyping(values, batch);
            }
            return new Row(reader.table, values);
        } catch (SerializationException | MalformedPayloadException e) {
            return null;
        }
    }

    private UserCipher cipher() {
        UserCipher known = cipher;
        if (known == null || System.nanoTime() - cipherReadAtNs > KEY_TTL.toNanos()) {
            cipherReadAtNs = System.nanoTime();
            known = ciphers.find(userId).blockOptional().orElseThrow(ErasedException::new);
            cipher = known;
        }
        return known;
    }

    private static void addDetails(List<@Nullable Object> values, SessionEvent event, UserCipher cipher) {
        values.add(SessionRows.open(SealedText.PROJECT, event.getProject(), cipher));
        values.add(event.getLanguage());
        values.add(SessionRows.open(SealedText.EDITOR, event.getEditor(), cipher));
    }

    private static void addTyping(List<@Nullable Object> values, KeystrokeBatch batch)
            throws MalformedPayloadException {
        KeystrokePayload payload = KeystrokePayload.decode(batch.getPayload());
        values.add(payload.intervalsMs());
        StringBuilder classes = new StringBuilder();
        for (byte code : payload.keyClasses()) {
            KeyClass keyClass = KeyClass.ofCode(code);
            classes.append((keyClass == null ? KeyClass.OTHER : keyClass).letter());
        }
        values.add(classes.toString());
        values.add(payload.dwellsMs());
        values.add(payload.signalAtMs());
        List<String> kinds = new ArrayList<>();
        for (byte code : payload.signalKinds()) {
            SignalKind kind = SignalKind.ofCode(code);
            kinds.add(kind == null ? "unknown" : kind.name().toLowerCase(Locale.ROOT));
        }
        values.add(kinds);
        values.add(payload.signalValues());
    }

    private static @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
            case CharSequence text -> text.toString();
            case null, default -> value;
        };
    }

    private static Map<String, String> fields() {
        return Map.ofEntries(
                Map.entry("session_id", "Session"),
                Map.entry("kind", "Kind of the event"),
                Map.entry("recorded_at", "When the server received it"),
                Map.entry("received_at", "When the server received it"),
                Map.entry("started_at", "Start by the server's clock; of a correction, the corrected start"),
                Map.entry("ended_at", "Of a correction, the corrected end"),
                Map.entry("time_zone", "IANA name, if the event sets it"),
                Map.entry(
                        "sensitivity",
                        "Share of your own typing that may be flow, 0 (30 %) to 1 (70 %), if the event sets it"),
                Map.entry("team_viewer", "Whether you joined as a viewer"),
                Map.entry("collection_level", "What you let the product collect, if the event sets it"),
                Map.entry("flow", "Your rating, 1 (not at all in flow) to 7 (completely)"),
                Map.entry("interrupted", "Whether you were interrupted, null if you did not say"),
                Map.entry("probability", "Probability that a prompt chose the moment, null without a prompt"),
                Map.entry("batch_id", "Id of the batch"),
                Map.entry("sequence", "Number of the batch within its session, from 0"),
                Map.entry("clamped", "Whether started_at was moved since your clock was wrong"),
                Map.entry("imported", "Whether it was imported from another account"),
                Map.entry("next_sequence", "Number of your editor's next batch"),
                Map.entry("reused_sequences", "Batches with a number that another had used"),
                Map.entry("team_id", "Team"),
                Map.entry("team_consent", "Whether your typing counts in the team's figures"),
                Map.entry("at", "When it happened"),
                Map.entry("created_at", "When it was sent"),
                Map.entry("feedback_id", "Id of the rating"),
                Map.entry("status", "Status of the session: active, paused or ended"),
                Map.entry("is_in_flow", "Whether in flow"),
                Map.entry("rhythm", "Feature, 0 to 1"),
                Map.entry("focus", "Feature, 0 to 1"),
                Map.entry("consistency", "Feature, 0 to 1"),
                Map.entry("error_penalty", "Feature, 0 to 1"),
                Map.entry("velocity", "Feature, 0 to 1"),
                Map.entry("first_activity_at", "First activity of the session"),
                Map.entry("last_activity_at", "Last activity of the session"),
                Map.entry("report_id", "Id of the report"),
                Map.entry("duration_ms", "From started_at to the last event"),
                Map.entry("keystrokes", "Keystrokes: of the report, or of the session so far"),
                Map.entry("errors", "Corrections: of the report, or of the session so far"),
                Map.entry("context_switches", "Context switches: of the report, or of the session so far"),
                Map.entry("files_modified", "Saved files: of the report, or of the session so far"),
                Map.entry("active_ms", "Active time: of the report, or of the session so far"),
                Map.entry("flow_ms", "Time in flow of the session so far"),
                Map.entry("interruptions", "Interruptions of flow of the session so far"));
    }

    @Override
    public void close() {
        readers.values().forEach(Reader::close);
    }
}
