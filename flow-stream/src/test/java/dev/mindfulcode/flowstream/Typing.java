package dev.mindfulcode.flowstream;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.sql.DataSource;

/** A user who types: creates batches as ingest does, whose keys are in a real database. */
record Typing(UUID userId, UUID sessionId) {

    static final String ENCRYPTION_KEY =
            Base64.getEncoder().encodeToString("0123456789abcdefghijklmnopqrstuv".getBytes());

    /** Tenths of a mean interval with a person's variation. */
    static final int[] TENTHS = {6, 14, 8, 13, 9};

    static final String DATABASE_URL = TestPlatform.shared().freshDatabase();
    static final DataSource DATABASE =
            new HikariDataSource(PostgresUrl.parse(DATABASE_URL).pool("test", 4, Duration.ofMinutes(1)));
    static final PostgresUserKeys KEYS = keys();

    private static final SealedEvents<FlowFeatures> SEALED_FEATURES =
            new SealedEvents<>(Topics.FLOW_FEATURES, StreamDriver.REGISTRY);

    /** Returns somebody with a key, in a session of theirs. */
    static Typing someone() {
        Typing typing = new Typing(UUID.randomUUID(), UUID.randomUUID());
        KEYS.create(typing.userId);
        return typing;
    }

    Typing inAnotherSession() {
        return new Typing(userId, UUID.randomUUID());
    }

    /** Keystrokes of letters, evenly spaced; received as the last one was pressed. */
    KeystrokeBatch batch(long sequence, Instant startedAt, int keystrokes, int intervalMs) {
        return batch(
                sequence,
                startedAt,
                startedAt.plusMillis((long) keystrokes * intervalMs),
                letters(keystrokes, intervalMs));
    }

    /** Keystrokes of letters with a person's variation; as long as as many evenly spaced ones. */
    KeystrokeBatch varied(long sequence, Instant startedAt, int keystrokes, int intervalMs) {
        return batch(
                sequence,
                startedAt,
                startedAt.plusMillis((long) keystrokes * intervalMs),
                variedLetters(keystrokes, intervalMs));
    }

    KeystrokeBatch batch(long sequence, Instant startedAt, Instant receivedAt, KeystrokePayload payload) {
        return batch(sequence, startedAt, receivedAt, payload.encode());
    }

    KeystrokeBatch batch(long sequence, Instant startedAt, Instant receivedAt, byte[] payload) {
        return KeystrokeBatch.newBuilder()
                .setBatchId(UUID.randomUUID())
                .setSessionId(sessionId)
                .setSequence(sequence)
                .setStartedAt(startedAt)
                .setReceivedAt(receivedAt)
                .setPayload(ByteBuffer.wrap(payload))
                .build();
    }

    /** A report of this session, received at its end. */
    FlowFeatures features(long sequence, FeatureReport report) {
        return FlowFeatures.newBuilder()
                .setReportId(UUID.randomUUID())
                .setSessionId(sessionId)
                .setSequence(sequence)
                .setStartedAt(Instant.ofEpochMilli(report.startedAtMs()))
                .setReceivedAt(Instant.ofEpochMilli(report.endedAtMs()))
                .setDurationMs(report.durationMs())
                .setKeystrokes(report.keystrokes())
                .setErrors(report.errors())
                .setContextSwitches(report.contextSwitches())
                .setFocusLosses(report.focusLosses())
                .setLines(report.lines())
                .setFilesModified(report.filesModified())
                .setActiveMs(report.activeMs())
                .setRhythm(report.rhythm())
                .setFocus(report.focus())
                .setConsistency(report.consistency())
                .setErrorPenalty(report.errorPenalty())
                .setVelocity(report.velocity())
                .build();
    }

    /** Returns the value of a report's record as ingest writes it. */
    byte[] sealed(FlowFeatures report) {
        return SEALED_FEATURES.seal(report, KEYS.find(userId).orElseThrow());
    }

    /**
     * Returns the same batch under another sequence, as a client sends it that numbers what is left in its queue again.
     */
    static KeystrokeBatch renumbered(KeystrokeBatch batch, long sequence) {
        return KeystrokeBatch.newBuilder(batch).setSequence(sequence).build();
    }

    /** Returns what a batch holds. */
    static KeystrokePayload payload(KeystrokeBatch batch) {
        try {
            return KeystrokePayload.decode(batch.getPayload());
        } catch (MalformedPayloadException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Letters, of which the last begins a line. */
    static KeystrokePayload letters(int keystrokes, int intervalMs) {
        int[] intervalsMs = new int[keystrokes];
        Arrays.fill(intervalsMs, intervalMs);
        byte[] classes = new byte[keystrokes];
        if (keystrokes > 0) {
            classes[keystrokes - 1] = KeyClass.ENTER.code();
        }
        return new KeystrokePayload(intervalsMs, classes, new int[0], new int[0], new byte[0], new int[0]);
    }

    /** Each five intervals add up to five of the given one. */
    static KeystrokePayload variedLetters(int keystrokes, int intervalMs) {
        KeystrokePayload letters = letters(keystrokes, intervalMs);
        for (int i = 0; i < keystrokes / 5 * 5; i++) {
            letters.intervalsMs()[i] = intervalMs * TENTHS[i % 5] / 10;
        }
        return letters;
    }

    static KeystrokePayload keys(String classLetters, int intervalMs) {
        byte[] classes = new byte[classLetters.length()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) KeyClass.codeOfLetter(classLetters.charAt(i));
        }
        int[] intervalsMs = new int[classes.length];
        Arrays.fill(intervalsMs, intervalMs);
        return new KeystrokePayload(intervalsMs, classes, new int[0], new int[0], new byte[0], new int[0]);
    }

    static KeystrokePayload withSignal(KeystrokePayload keys, int atMs, SignalKind kind, int value) {
        return new KeystrokePayload(
                keys.intervalsMs(),
                keys.keyClasses(),
                keys.dwellsMs(),
                new int[] {atMs},
                new byte[] {kind.code()},
                new int[] {value});
    }

    private static PostgresUserKeys keys() {
        PostgresUserKeys.migrate(DATABASE);
        return PostgresUserKeys.open(DATABASE, KeyEncryptionKey.parse(ENCRYPTION_KEY));
    }
}
