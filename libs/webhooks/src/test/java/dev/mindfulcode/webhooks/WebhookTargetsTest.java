package dev.mindfulcode.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.webhooks.WebhookTargets.InvalidUrlException;
import dev.mindfulcode.webkit.limits.CidrBlock;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTargetsTest {

    private static final KeyEncryptionKey KEY = KeyEncryptionKey.parse(Base64.getEncoder()
            .encodeToString("0123456789abcdef0123456789ABCDEF".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost.",
                "localhost..",
                "api.localhost",
                "api.localhost.",
                "localhost.localdomain",
                "localhost6.localdomain6",
                "ip6-localhost",
                "%6cocalhost",
                "127.0.0.1",
                "127.0.0.1.",
                "127.1",
                "127.0.1",
                "0x7f.1",
                "0x7F000001",
                "0177.0.0.1",
                "017700000001",
                "2130706433",
                "0",
                "0.0.0.0",
                "0x",
                "256.0.0.1",
                "1.2.3.4.5",
                "99999999999999999999",
                "10.1",
                "192.168.1.1",
                "172.16.0.1",
                "100.64.0.1",
                "169.254.1.1",
                "169.254.169.254",
                "0xa9fea9fe",
                "2852039166",
                "168.63.129.16",
                "metadata.google.internal",
                "metadata.google.internal.",
                "metadata",
                "instance-data.ec2.internal",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]",
                "[fe80::1]",
                "[fe80::1%25lo]",
                "[fc00::1]",
                "[fd00:ec2::254]",
                "[ff02::1]",
                "[::1",
                "[xyz]"
            })
    void refusesAHostThatIsNotPublicInEverySpelling(String host) {
        for (String url : List.of("https://" + host + "/hook", "https://" + host + ":8443/hook")) {
            assertThatThrownBy(() -> targets("").newTarget(url)).as(url).isInstanceOf(InvalidUrlException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.org",
                "hooks.example.org.",
                "localhost.example.org",
                "notlocalhost",
                "0x7f.example",
                "8.8.8.8",
                "[2606:4700::1111]",
                "xn--strae-oqa.example",
                "127.0.0.1.example.org"
            })
    void acceptsAPublicHostAndLeavesNamesToTheDelivery(String host) throws InvalidUrlException {
        assertThat(targets("").newTarget("https://" + host + "/hook").host()).isEqualTo(host);
    }

    @Test
    void acceptsNetworksOfTheOperator() throws InvalidUrlException {
        for (String host : List.of("localhost", "127.0.0.1", "api.localhost")) {
            assertThat(targets("127.0.0.1").newTarget("https://" + host + "/").host())
                    .isEqualTo(host);
        }
        assertThatThrownBy(() -> targets("127.0.0.1").newTarget("https://10.0.0.1/"))
                .isInstanceOf(InvalidUrlException.class);
    }

    private static WebhookTargets targets(String allowed) {
        return new WebhookTargets(
                KEY,
                new WebhookSettings(new PublicAddresses(CidrBlock.parseAll("v", allowed)), false),
                new SecureRandom());
    }
}
