package dev.mindfulcode.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {

    /** The example that the libraries of Standard Webhooks test themselves with. */
    @Test
    void matchesTheExampleOfTheStandard() {
        byte[] secret = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

        assertThat(WebhookSignature.of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void changesWithEachPart() {
        byte[] secret = new byte[32];
        byte[] other = new byte[32];
        other[31] = 1;
        byte[] body = {'{', '}'};
        assertThat(new String[] {
                    WebhookSignature.of(secret, "a", 1, body),
                    WebhookSignature.of(other, "a", 1, body),
                    WebhookSignature.of(secret, "b", 1, body),
                    WebhookSignature.of(secret, "a", 2, body),
                    WebhookSignature.of(secret, "a", 1, new byte[] {'{', ' ', '}'})
                })
                .doesNotHaveDuplicates();
    }
}
