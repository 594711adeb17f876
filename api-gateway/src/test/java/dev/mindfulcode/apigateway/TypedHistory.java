package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Typing of one user, made up from a seed and written to the log as ingest would have. */
final class TypedHistory implements AutoCloseable {

    private static final int KEYSTROKES = 50;
    private static final int KEY_DELETE = 6;

    private final User user;
    private final TestKafka log;

    /** One batch as it was typed. */
    @SuppressWarnings("ArrayRecordComponent")
    record Typed(UUID sessionId, int sequence, Instant startedAt, int[] intervalsMs, byte[] keyClasses) {}

    TypedHistory(GatewayUnderTest gateway, User user) {
        this.user = user;
        log = gateway.log();
    }

    /** A session of so many batches, in which intervals grow and corrections become more. */
    static List<Typed> session(Random random, Instant startedAt, int batches) {
        UUID sessionId = new UUID(random.nextLong(), random.nextLong());
        List<Typed> session = new ArrayList<>();
        Instant at = startedAt;
        for (int sequence = 0; sequence < batches; sequence++) {
            int[] intervals = new int[KEYSTROKES];
            byte[] classes = new byte[KEYSTROKES];
            long lastsMs = 0;
            for (int i = 0; i < KEYSTROKES; i++) {
                boolean isPause = random.nextInt(25) == 0;
                intervals[i] = isPause ? 2_000 + random.nextInt(20_000) : 120 + random.nextInt(300 + 2 * sequence);
                classes[i] = (byte) (random.nextInt(batches * 3) < sequence ? KEY_DELETE : 0);
                lastsMs += intervals[i];
            }
            session.add(new Typed(sessionId, sequence, at, intervals, classes));
            at = at.plusMillis(lastsMs);
        }
        return session;
    }

    void write(Typed typed, Instant receivedAt) {
        KeystrokePayload payload = new KeystrokePayload(
                typed.intervalsMs(), typed.keyClasses(), new int[0], new int[0], new byte[0], new int[0]);
        KeystrokeBatch batch = KeystrokeBatch.newBuilder()
                .setBatchId(UUID.nameUUIDFromBytes(
                        (typed.sessionId() + "/" + typed.sequence()).getBytes(StandardCharsets.UTF_8)))
                .setSessionId(typed.sessionId())
                .setSequence(typed.sequence())
                .setStartedAt(typed.startedAt())
                .setReceivedAt(receivedAt)
                .setPayload(ByteBuffer.wrap(payload.encode()))
                .build();
        log.append(
                Topics.KEYSTROKES.name(),
                receivedAt.toEpochMilli(),
                user.id(),
                log.seal(Topics.KEYSTROKES, user.id(), batch));
    }

    void delete(UUID sessionId, Instant at) {
        SessionEvent event = SessionEvent.newBuilder()
                .setSessionId(sessionId)
                .setKind(SessionEventKind.DELETED)
                .setAt(at)
                .setRecordedAt(at)
                .build();
        log.append(Topics.SESSIONS.name(), at.toEpochMilli(), user.id(), log.seal(Topics.SESSIONS, user.id(), event));
    }

    @Override
    public void close() {
        log.close();
    }
}
