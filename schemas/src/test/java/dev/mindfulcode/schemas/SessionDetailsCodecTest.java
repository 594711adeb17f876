package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SessionDetailsCodecTest {

    @Test
    void decodesItsEncoding() throws MalformedPayloadException {
        SessionDetails some = new SessionDetails("Mindful Code · café", null, "vim");
        SessionDetails none = new SessionDetails(null, null, null);

        assertThat(SessionDetailsCodec.decode(SessionDetailsCodec.encode(some))).isEqualTo(some);
        assertThat(SessionDetailsCodec.decode(SessionDetailsCodec.encode(none))).isEqualTo(none);
    }

    @Test
    void rejectsTruncatedAndSurplusBytes() {
        byte[] encoded = SessionDetailsCodec.encode(new SessionDetails("project", "java", null));

        for (int length = 0; length < encoded.length; length++) {
            byte[] cut = Arrays.copyOf(encoded, length);
            assertThatThrownBy(() -> SessionDetailsCodec.decode(cut)).isInstanceOf(MalformedPayloadException.class);
        }
        assertThatThrownBy(() -> SessionDetailsCodec.decode(Arrays.copyOf(encoded, encoded.length + 1)))
                .isInstanceOf(MalformedPayloadException.class);
    }

    @Test
    void decodesOrRejectsArbitraryBytes() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) (2 * random.nextInt(3));
            }
            try {
                SessionDetailsCodec.decode(bytes);
            } catch (MalformedPayloadException refused) {
                assertThat(refused.getMessage()).contains("session details");
            }
        }
    }

    @Test
    void rejectsOversizedNames() throws MalformedPayloadException {
        // Six bytes are branches and the length.
        SessionDetails largest = new SessionDetails("x".repeat(SessionDetailsCodec.SIZE_BYTES_MAX - 6), null, null);
        assertThat(SessionDetailsCodec.decode(SessionDetailsCodec.encode(largest)))
                .isEqualTo(largest);
        SessionDetails huge = new SessionDetails("x".repeat(SessionDetailsCodec.SIZE_BYTES_MAX), null, null);

        assertThatThrownBy(() -> SessionDetailsCodec.encode(huge)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SessionDetailsCodec.decode(new byte[SessionDetailsCodec.SIZE_BYTES_MAX + 1]))
                .isInstanceOf(MalformedPayloadException.class);
    }
}
