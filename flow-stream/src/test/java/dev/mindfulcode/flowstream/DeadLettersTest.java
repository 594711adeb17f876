package dev.mindfulcode.flowstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private static final byte[] GARBAGE = "no Avro at all".getBytes(StandardCharsets.UTF_8);
    private static final Instant YEAR_2100 = Instant.parse("2100-01-01T00:00:00Z");

    private final StreamDriver stream = StreamDriver.withoutTransactions();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void deadLettersUnreadableValues() {
        stream.pipeRaw(Topics.KEYSTROKES, key(anna), GARBAGE, StreamDriver.START);

        DeadLetter letter = onlyDeadLetter("unreadable");
        assertThat(letter.getTopic()).isEqualTo("keystrokes");
        assertThat(letter.getPartition()).isZero();
        assertThat(letter.getOffset()).isZero();
        assertThat(letter.getComponent()).isEqualTo("flow-stream");
        assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(key(anna)));
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(GARBAGE));
        assertThat(stream.records(Topics.DEAD_LETTERS).getFirst().key()).isEqualTo(anna.userId());
        assertPartitionContinues();
    }

    @Test
    void deadLettersKeysThatAreNotUserIds() {
        stream.pipeRaw(Topics.KEYSTROKES, GARBAGE, bytes(batch(0)), StreamDriver.START);

        assertThat(onlyDeadLetter("unreadable").getKey()).isEqualTo(ByteBuffer.wrap(GARBAGE));
        assertPartitionContinues();
    }

    @Test
    void deadLettersRecordsOfAnotherSchema() {
        FlowMinute minute = new FlowMinute(StreamDriver.START, 1L, 1L, 0L, 0L, 0L, 0L, 0.0, anna.sessionId(), null);
        byte[] bytes =
                StreamDriver.serde(Topics.FLOW_MINUTES).serializer().serialize(Topics.FLOW_MINUTES.name(), minute);
        stream.pipeRaw(Topics.SESSIONS, key(anna), bytes, StreamDriver.START);

        assertThat(onlyDeadLetter("unreadable").getTopic()).isEqualTo("sessions");
        assertPartitionContinues();
    }

    @Test
    @SuppressWarnings("NullAway") // tombstones and records without a key are what this is about
    void deadLettersRecordsWithoutKeyOrValue() {
        stream.pipeRaw(Topics.KEYSTROKES, key(anna), null, StreamDriver.START);
        stream.pipeRaw(Topics.KEYSTROKES, null, bytes(batch(0)), StreamDriver.START);
        stream.pipeRaw(Topics.ACCOUNTS, key(anna), null, StreamDriver.START);

        assertThat(stream.deadLetters())
                .extracting(DeadLetter::getReason)
                .containsOnly("incomplete")
                .hasSize(3);
        assertThat(stream.deadLetters().get(1).getValue()).isNotNull();
        assertPartitionContinues();
    }

    @Test
    void deadLettersPayloadsEncryptedWithAnotherKey() {
        Typing ben = Typing.someone();
        byte[] bytes = Seals.value(Topics.KEYSTROKES, ben.userId(), batch(0));

        stream.pipeRaw(Topics.KEYSTROKES, key(anna), bytes, StreamDriver.START);

        assertThat(onlyDeadLetter("not_decrypted").getValue()).isEqualTo(ByteBuffer.wrap(bytes));
        assertPartitionContinues();
    }

    @Test
    void deadLettersEventsEncryptedWithAnotherKey() {
        AccountEvent joined = TeamEvents.joined(UUID.randomUUID(), StreamDriver.START);
        byte[] bytes = Seals.value(Topics.ACCOUNTS, Typing.someone().userId(), joined);

        stream.pipeRaw(Topics.ACCOUNTS, key(anna), bytes, StreamDriver.START);

        assertThat(onlyDeadLetter("not_decrypted").getValue()).isEqualTo(ByteBuffer.wrap(bytes));
        assertPartitionContinues();
    }

    @Test
    void deadLettersAlteredPayloads() {
        byte[] bytes = bytes(batch(0));
        bytes[40] ^= 1;

        stream.pipeRaw(Topics.KEYSTROKES, key(anna), bytes, StreamDriver.START);

        onlyDeadLetter("not_decrypted");
        assertPartitionContinues();
    }

    @Test
    void deadLettersMalformedPayloadsWithoutTheirIdsInClear() {
        KeystrokeBatch batch = anna.batch(0, StreamDriver.START, StreamDriver.START, GARBAGE);
        stream.type(anna, batch);

        ByteBuffer value = requireNonNull(onlyDeadLetter("malformed_payload").getValue());
        assertThat(StandardCharsets.ISO_8859_1.decode(value).toString())
                .doesNotContain(
                        batch.getBatchId().toString(), batch.getSessionId().toString(), "no Avro");
        assertPartitionContinues();
    }

    @Test
    void deadLettersNegativeIntervalsAndSequences() {
        KeystrokePayload backwards = Typing.letters(2, -5);
        stream.type(anna, anna.batch(0, StreamDriver.START, StreamDriver.START, backwards));
        stream.type(anna, anna.batch(-1, StreamDriver.START, 10, 100));

        assertThat(stream.deadLetters())
                .extracting(DeadLetter::getReason)
                .containsExactly("out_of_range", "out_of_range");
        assertPartitionContinues();
    }

    @Test
    void deadLettersBatchesFromTheFutureWithoutEffectOnOthers() {
        Typing mallory = Typing.someone();
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));

        stream.type(mallory, mallory.batch(0, YEAR_2100, stream.now(), Typing.letters(5, 100)));
        stream.type(mallory, mallory.batch(1, YEAR_2100, YEAR_2100, Typing.letters(5, 100)));
        stream.pipeRaw(
                Topics.KEYSTROKES,
                key(mallory),
                Seals.value(Topics.KEYSTROKES, mallory.userId(), mallory.batch(2, stream.now(), 5, 100)),
                YEAR_2100);
        stream.advance(Duration.ofSeconds(30));

        assertThat(stream.deadLetters())
                .extracting(DeadLetter::getReason)
                .containsExactly("started_in_future", "received_in_future");
        assertThat(stream.flowStates(anna)).as("nobody's session ends by it").hasSize(1);
        assertThat(stream.lastFlowState(mallory).getKeystrokes()).isEqualTo(5);
        assertThat(stream.records(Topics.FLOW_STATES))
                .as("the broker would refuse what is ahead of its clock")
                .allSatisfy(record -> assertThat(record.timestamp())
                        .isLessThanOrEqualTo(stream.now().toEpochMilli()));
        Instant late = StreamDriver.START.minus(Duration.ofDays(30));
        stream.type(anna, anna.batch(1, late, stream.now(), Typing.letters(4, 100)));
        stream.advance(Duration.ofSeconds(2));
        assertThat(stream.minute(anna, late).getKeystrokes()).isEqualTo(4);
    }

    @Test
    void deadLettersSensitivitiesOutOfRange() {
        stream.account(
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(StreamDriver.START)
                        .setSensitivity(Float.NaN)
                        .build());

        onlyDeadLetter("out_of_range");
        assertPartitionContinues();
    }

    @Test
    void failsWithoutSkippingRecordsWhenKeysAreUnavailable() {
        UserKeys down = new UserKeys() {
            @Override
            public UserCipher create(UUID userId) {
                throw new IllegalStateException("down");
            }

            @Override
            public Optional<UserCipher> find(UUID userId) {
                throw new IllegalStateException("down");
            }
        };
        StreamDriver without = new StreamDriver(down);

        assertThatThrownBy(() -> without.type(anna, batch(0))).hasRootCauseMessage("down");
        assertThat(without.deadLetters()).isEmpty();
        without.close();
    }

    private KeystrokeBatch batch(long sequence) {
        return anna.batch(sequence, StreamDriver.START, 10, 100);
    }

    private DeadLetter onlyDeadLetter(String reason) {
        assertThat(stream.deadLetters()).hasSize(1);
        assertThat(stream.count("mindful.stream.dead.letters", "reason", reason))
                .isEqualTo(1);
        DeadLetter letter = stream.deadLetters().getFirst();
        assertThat(letter.getReason()).isEqualTo(reason);
        return letter;
    }

    /** The rejected record has left nothing behind: its sequence is still counted. */
    private void assertPartitionContinues() {
        stream.typeLive(anna, batch(0));
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(10);
    }

    private static byte[] key(Typing who) {
        return who.userId().toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] bytes(KeystrokeBatch batch) {
        return Seals.value(Topics.KEYSTROKES, anna.userId(), batch);
    }
}
