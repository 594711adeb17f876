package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the values of sealed topics with a real registry. */
final class SealedEventsTest {

    private static final UUID USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final UUID SESSION = UUID.fromString("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");

    private final SchemaRegistry registry =
            new SchemaRegistry(TestPlatform.shared().registryUrl(), true);
    private final SealedEvents<FlowMinute> minutes = new SealedEvents<>(Topics.FLOW_MINUTES, registry);
    private final UserCipher cipher = new TinkUserCipher(USER, AesGcm.of(AesGcm.randomKey()));

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
        UserCipher other = new TinkUserCipher(USER, AesGcm.of(AesGcm.randomKey()));
        byte[] value = minutes.seal(minute(), other);
        byte[] malformed = value.clone();
        malformed[value.length - 2] ^= 1;

        assertThatThrownBy(() -> open(value, cipher))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining(SESSION.toString());
        assertThatThrownBy(() -> open(malformed, other)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> open(new byte[] {0, 0, 0}, cipher)).isInstanceOf(SerializationException.class);
    }

    @Test
    void readsValuesOfTheClearForm() {
        byte[] clear =
                Topics.FLOW_MINUTES.valueSerde(registry).serializer().serialize(Topics.FLOW_MINUTES.name(), minute());

        assertThat(open(clear, null)).isEqualTo(new Opened.Event<>(minute()));
        assertThat(open(clear, null)).isEqualTo(new Opened.Event<>(minute()));
    }

    private Opened<FlowMinute> open(byte[] value, UserCipher with) {
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
