package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the values of sealed topics with a real registry. */
final class SealedEventsTest {

    private static final UUID USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final UUID SESSION = UUID.fromString("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");

    private final SchemaRegistry registry =
            new SchemaRegistry(TestPlatform.shared().registryUrl(), true);
    private final SealedEvents<FlowMinute> minutes = new SealedEvents<>(Topics.FLOW_MINUTES, registry);
    private final UserCipher cipher = new TinkUserCipher(USER, DataKey.of(AesGcm.randomKey()));

    @AfterEach
    void close() {
        minutes.close();
    }

    @Test
    void opensWhatItSealed() {
        byte[] value = minutes.seal(minute(), cipher);

        assertThat(open(value, cipher)).isEqualTo(new Opened.Event<>(minute()));
    }

    @Test
    void showsNothingOfTheEvent() {
        byte[] value = minutes.seal(minute(), cipher);

        assertThat(new String(value, StandardCharsets.ISO_8859_1)).doesNotContain(SESSION.toString());
        assertThat(minutes.seal(minute(), cipher)).isNotEqualTo(value);
    }

    @Test
    void opensNothingWithoutTheKey() {
        byte[] value = minutes.seal(minute(), cipher);

        assertThat(open(value, null)).isEqualTo(new Opened.NoKey<>());
    }

    @Test
    void recognisesErasureWithoutAKey() {
        Instant at = Instant.parse("2026-11-30T12:00:00Z");

        assertThat(open(minutes.erasure(at), null)).isEqualTo(new Opened.Erased<>(at));
    }

    @Test
    void rejectsValuesOfOtherUsersAndTopics() {
        UserCipher other = new TinkUserCipher(USER, DataKey.of(AesGcm.randomKey()));
        byte[] value = minutes.seal(minute(), other);
        byte[] malformed = value.clone();
        malformed[value.length - 2] ^= 1;

        assertThatThrownBy(() -> open(value, cipher))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining(SESSION.toString());
        assertThatThrownBy(() -> open(malformed, other)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> open(new byte[] {0, 0, 0}, cipher)).isInstanceOf(SerializationException.class);
    }

    /** A value made by hand, with the JDK's AES: 2 is version 1, then the length of the payload, then no erasure. */
    @Test
    void opensGoldenBytes() throws Exception {
        byte[] key = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        UserCipher golden = new TinkUserCipher(USER, DataKey.of(key));
        byte[] sample = minutes.seal(minute(), golden);
        byte[] event = golden.decrypt(Arrays.copyOfRange(sample, 8, sample.length - 1), "flow-minutes", 1);
        byte[] avro = HexFormat.of()
                .parseHex("c0de94c5c568" + "06" + "4a" + "02" + "00" + "d08005" + "00" + "0000000000002940" + "02"
                        + "48" + HexFormat.of().formatHex(SESSION.toString().getBytes(StandardCharsets.US_ASCII))
                        + "00");
        assertThat(Arrays.copyOfRange(event, 5, event.length)).isEqualTo(avro);

        byte[] nonce = HexFormat.of().parseHex("a0a1a2a3a4a5a6a7a8a9aaab");
        Cipher aes = Cipher.getInstance("AES/GCM/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        aes.updateAAD(HexFormat.of().parseHex("0190a1b2c3d470008000000000000001" + "00000001"));
        aes.updateAAD("flow-minutes".getBytes(StandardCharsets.US_ASCII));
        byte[] ciphertext = aes.doFinal(event);
        int length = 2 * (nonce.length + ciphertext.length);
        byte[] value = ByteBuffer.allocate(sample.length)
                .put(sample, 0, 5)
                .put((byte) 2)
                .put((byte) (length & 0x7f | 0x80))
                .put((byte) (length >> 7))
                .put(nonce)
                .put(ciphertext)
                .put((byte) 0)
                .array();
        assertThat(open(value, golden)).isEqualTo(new Opened.Event<>(minute()));
    }

    @Test
    void rejectsEventsInClear() {
        byte[] clear = Topics.FLOW_MINUTES
                .valueSerde(registry)
                .serializer()
                .serialize(Topics.FLOW_MINUTES.eventName(), minute());

        assertThatThrownBy(() -> open(clear, cipher)).isInstanceOf(SerializationException.class);
    }

    private Opened<FlowMinute> open(byte[] value, @Nullable UserCipher with) {
        return minutes.open(USER, value, _ -> Optional.ofNullable(with));
    }

    private static FlowMinute minute() {
        return FlowMinute.newBuilder()
                .setMinute(Instant.parse("2026-11-30T11:59:00Z"))
                .setVersion(3)
                .setKeystrokes(37)
                .setErrors(1)
                .setContextSwitches(0)
                .setActiveMs(41_000)
                .setFlowMs(0)
                .setIntensityMs(12.5)
                .setSessionId(SESSION)
                .build();
    }
}
