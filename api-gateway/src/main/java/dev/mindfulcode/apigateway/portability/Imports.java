package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.apigateway.log.SentEvents;
import dev.mindfulcode.apigateway.portability.ImportReader.Numbered;
import dev.mindfulcode.apigateway.sessions.ImportedSessions;
import dev.mindfulcode.apigateway.sessions.SessionExclusions;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Publishes records of another account's log as history of this one, in their order: a topic's records are sent only
 * once those before them are acknowledged, since the stream reads several topics in the order of time.
 *
 * <p>The number of the next record is stored for each table of a source, in the transaction in which records are
 * published: a repeated import publishes nothing twice. Its rows are locked, so that requests are handled one after
 * another, and so are the user's settings, so that they hold for what a request publishes. Thread-safe.
 */
final class Imports implements AutoCloseable {

    private static final int THREADS_MAX = 2;
    private static final int QUEUED_TASKS_MAX = 64;

    /** Between records of two topics: the stream orders by milliseconds. */
    private static final Duration TOPIC_CHANGE_DELAY = Duration.ofMillis(2);

    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final CollectionSettingsTable settings;
    private final EventPublisher publisher;
    private final SentEvents sent;
    private final ImportedSessions sessions;
    private final SealedEvents<SessionEvent> sessionEvents;
    private final SealedEvents<AccountEvent> accountEvents;
    private final SealedEvents<FlowFeedback> ratings;
    private final SealedEvents<FlowFeatures> reports;
    private final SealedEvents<KeystrokeBatch> batches;
    private final Scheduler blocking = Schedulers.newBoundedElastic(THREADS_MAX, QUEUED_TASKS_MAX, "gateway-import");

    /**
     * @param imported records that were published
     * @param skipped records that were imported before, or mean nothing in another account
     */
    record Result(int imported, int skipped) {}

    private record Encoded(Numbered record, byte[] value) {}

    Imports(
            Database database,
            AsyncUserCiphers ciphers,
            CollectionSettingsTable settings,
            SessionExclusions exclusions,
            EventPublisher publisher,
            SchemaRegistry registry) {
        this.database = database;
        this.ciphers = ciphers;
        this.settings = settings;
        this.publisher = publisher;
        this.sent = new SentEvents(database);
        this.sessions = new ImportedSessions(database, exclusions);
        this.sessionEvents = new SealedEvents<>(Topics.SESSIONS, registry);
        this.accountEvents = new SealedEvents<>(Topics.ACCOUNTS, registry);
        this.ratings = new SealedEvents<>(Topics.FLOW_FEEDBACK, registry);
        this.reports = new SealedEvents<>(Topics.FLOW_FEATURES, registry);
        this.batches = new SealedEvents<>(Topics.KEYSTROKES, registry);
    }

    /** Publishes records of a source, an account here or elsewhere. */
    Mono<Result> add(UUID userId, UUID sourceId, List<Numbered> records) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")))
                .flatMap(cipher -> database.inTransaction(settings.findLocked(userId)
                        .doOnNext(current -> requireAllowed(current, records))
                        .flatMap(current -> lock(userId, sourceId)
                                .flatMap(next -> publish(cipher, sourceId, records, next, current)))));
    }

    private static void requireAllowed(CollectionSettings settings, List<Numbered> records) {
        for (int i = 0; i < records.size(); i++) {
            String fault = switch (records.get(i).content()) {
                case ImportedRecord.Batch _ ->
                    settings.level().allowsKeystrokes() ? null : "Your collection level excludes keystrokes.";
                case ImportedRecord.Session(SessionEvent _, SessionDetails details)
                when details != null
                        && settings.exclusions().fieldExcluding(details.getProject(), details.getLanguage()) != null ->
                    "Your privacy settings exclude the session's project or language.";
                case ImportedRecord.Session _, ImportedRecord.Report _, ImportedRecord.Rating _ ->
                    settings.level().allowsFeatures() ? null : "Your collection level allows no collection.";
                case ImportedRecord.Sensitivity _, ImportedRecord.Ignored _ -> null;
            };
            if (fault != null) {
                throw ProblemType.FORBIDDEN.forField("records[" + i + "]", fault);
            }
        }
    }

    /** Locks the progress of a source and emits the number of the next record of each table. */
    private Mono<Map<String, Long>> lock(UUID userId, UUID sourceId) {
        return Flux.fromIterable(LogTables.SENT)
                .concatMap(topic -> database.sql("""
                                INSERT INTO gateway.import_progress (user_id, source_id, record_table, next_number)
                                VALUES (:user, :source, :table, 0) ON CONFLICT DO NOTHING""")
                        .bind("user", userId)
                        .bind("source", sourceId)
                        .bind("table", LogTables.name(topic))
                        .then())
                .then(database.sql("""
                                SELECT record_table, next_number FROM gateway.import_progress
                                WHERE user_id = :user AND source_id = :source ORDER BY record_table FOR UPDATE""")
                        .bind("user", userId)
                        .bind("source", sourceId)
                        .map(row -> Map.entry(
                                Objects.requireNonNull(row.get("record_table", String.class)),
                                Objects.requireNonNull(row.get("next_number", Long.class))))
                        .all()
                        .collectMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Mono<Result> publish(
            UserCipher cipher,
            UUID sourceId,
            List<Numbered> records,
            Map<String, Long> nextNumbers,
            CollectionSettings current) {
        Map<String, Long> next = new HashMap<>(nextNumbers);
        List<Numbered> missing = new ArrayList<>();
        for (Numbered record : records) {
            String table = LogTables.name(record.content().topic());
            if (record.number() >= next.getOrDefault(table, 0L)) {
                next.put(table, record.number() + 1);
                if (!(record.content() instanceof ImportedRecord.Ignored)) {
                    missing.add(record);
                }
            }
        }
        return sessions.claim(cipher.userId(), firstTimes(missing))
                .then(Mono.fromCallable(() -> encode(missing, cipher)).subscribeOn(blocking))
                .flatMapMany(encoded -> Flux.fromIterable(runs(encoded)))
                .concatMap(run -> publishRun(cipher.userId(), run).delaySubscription(TOPIC_CHANGE_DELAY))
                .concatMapIterable(published -> published)
                .collectList()
                .flatMap(published -> sessions.apply(cipher.userId(), published, current))
                .then(Mono.defer(() -> applySensitivity(cipher.userId(), missing)))
                .then(Mono.defer(() -> storeNext(cipher.userId(), sourceId, next)))
                .thenReturn(new Result(missing.size(), records.size() - missing.size()));
    }

    private static Map<UUID, Instant> firstTimes(List<Numbered> records) {
        Map<UUID, Instant> first = new LinkedHashMap<>();
        for (Numbered record : records) {
            switch (record.content()) {
                case ImportedRecord.Session(SessionEvent event, SessionDetails _) ->
                    first.putIfAbsent(event.getSessionId(), event.getAt());
                case ImportedRecord.Batch(KeystrokeBatch batch) ->
                    first.putIfAbsent(batch.getSessionId(), batch.getStartedAt());
                case ImportedRecord.Report(FlowFeatures report) ->
                    first.putIfAbsent(report.getSessionId(), report.getStartedAt());
                case ImportedRecord.Rating _, ImportedRecord.Sensitivity _, ImportedRecord.Ignored _ -> {
                    // Belongs to no session, or to one that it does not begin.
                }
            }
        }
        return first;
    }

    private List<Encoded> encode(List<Numbered> records, UserCipher cipher) {
        return records.stream()
                .map(record -> new Encoded(record, encode(record.content(), cipher)))
                .toList();
    }

    private byte[] encode(ImportedRecord content, UserCipher cipher) {
        return switch (content) {
            case ImportedRecord.Session(SessionEvent event, SessionDetails details) -> {
                if (details != null) {
                    seal(details, event, cipher);
                }
                yield sessionEvents.seal(event, cipher);
            }
            case ImportedRecord.Batch(KeystrokeBatch batch) -> batches.seal(batch, cipher);
            case ImportedRecord.Report(FlowFeatures report) -> reports.seal(report, cipher);
            case ImportedRecord.Rating(FlowFeedback rating) -> ratings.seal(rating, cipher);
            case ImportedRecord.Sensitivity(AccountEvent event, double _) -> accountEvents.seal(event, cipher);
            case ImportedRecord.Ignored _ -> throw new IllegalArgumentException("Ignored records are not published");
        };
    }

    /** Encrypts details as the read model stores them. */
    private static void seal(SessionDetails details, SessionEvent event, UserCipher cipher) {
        String project = details.getProject();
        if (project != null) {
            event.setProject(ByteBuffer.wrap(SealedText.PROJECT.seal(project, cipher)));
            event.setProjectIndex(ByteBuffer.wrap(SealedText.PROJECT.index(project, cipher)));
        }
        event.setLanguage(details.getLanguage());
        String editor = details.getEditor();
        if (editor != null) {
            event.setEditor(ByteBuffer.wrap(SealedText.EDITOR.seal(editor, cipher)));
        }
    }

    /** Returns the records in lists of consecutive ones of one topic. */
    private static List<List<Encoded>> runs(List<Encoded> records) {
        List<List<Encoded>> runs = new ArrayList<>();
        Topic<?> before = null;
        for (Encoded record : records) {
            Topic<?> topic = record.record.content().topic();
            if (!topic.equals(before)) {
                runs.add(new ArrayList<>());
                before = topic;
            }
            runs.getLast().add(record);
        }
        return runs;
    }

    /** Publishes records of one topic and emits those of sessions. */
    private Mono<List<ImportedSessions.Published>> publishRun(UUID userId, List<Encoded> run) {
        Topic<?> topic = run.getFirst().record.content().topic();
        return publisher
                .publishAll(topic, userId, run.stream().map(Encoded::value).toList())
                .flatMap(positions -> storeSent(userId, topic, run, positions).thenReturn(published(run, positions)));
    }

    /** Of keystrokes, ratings and reports the log is the only copy, as of those of an editor. */
    private Mono<Void> storeSent(UUID userId, Topic<?> topic, List<Encoded> run, List<LogPosition> positions) {
        return topic.equals(Topics.SESSIONS) || topic.equals(Topics.ACCOUNTS)
                ? Flux.range(0, run.size())
                        .concatMap(i ->
                                sent.add(positions.get(i), userId, run.get(i).value()))
                        .then()
                : Mono.empty();
    }

    private static List<ImportedSessions.Published> published(List<Encoded> run, List<LogPosition> positions) {
        List<ImportedSessions.Published> published = new ArrayList<>();
        for (int i = 0; i < run.size(); i++) {
            if (run.get(i).record.content()
                    instanceof ImportedRecord.Session(SessionEvent event, SessionDetails details)) {
                published.add(new ImportedSessions.Published(event, details, positions.get(i)));
            }
        }
        return published;
    }

    private Mono<Void> applySensitivity(UUID userId, List<Numbered> records) {
        return records.reversed().stream()
                .filter(record -> record.content() instanceof ImportedRecord.Sensitivity)
                .findFirst()
                .map(record -> database.sql("""
                                INSERT INTO gateway.preferences (user_id, sensitivity) VALUES (:user, :sensitivity)
                                ON CONFLICT (user_id) DO UPDATE SET sensitivity = EXCLUDED.sensitivity""")
                        .bind("user", userId)
                        .bind("sensitivity", ((ImportedRecord.Sensitivity) record.content()).value())
                        .then())
                .orElse(Mono.empty());
    }

    private Mono<Void> storeNext(UUID userId, UUID sourceId, Map<String, Long> next) {
        return Flux.fromIterable(next.entrySet())
                .concatMap(table -> database.sql("""
                                UPDATE gateway.import_progress SET next_number = :next
                                WHERE user_id = :user AND source_id = :source AND record_table = :table""")
                        .bind("next", table.getValue())
                        .bind("user", userId)
                        .bind("source", sourceId)
                        .bind("table", table.getKey())
                        .then())
                .then();
    }

    @Override
    public void close() {
        blocking.dispose();
        sessionEvents.close();
        accountEvents.close();
        ratings.close();
        reports.close();
        batches.close();
    }
}
