package dev.mindfulcode.webkit.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.limits.ClientAddresses.ClientAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class ClientAddressesTest {

    private static final String PROXY = "10.0.0.1";
    private static final String STRANGER = "192.0.2.7";

    private final List<String> untrusted = new ArrayList<>();
    private final ClientAddresses addresses = new ClientAddresses(
            CidrBlock.parseAll("TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"),
            CidrBlock.parseAll("RATE_LIMIT_EXEMPT", "127.0.0.0/8,::1"),
            untrusted::add);

    @Test
    void ignoresHeadersOfUntrustedPeers() {
        assertThat(client(STRANGER, "X-Forwarded-For", "203.0.113.9")).isEqualTo(STRANGER);
        assertThat(client(STRANGER, "Forwarded", "for=203.0.113.9")).isEqualTo(STRANGER);
    }

    @Test
    void reportsAnUntrustedProxyOnce() {
        client(PROXY, "X-Forwarded-For", "203.0.113.9");
        client(STRANGER, "Accept", "*/*");
        assertThat(untrusted).isEmpty();
        client(STRANGER, "Forwarded", "for=203.0.113.9");
        client(STRANGER, "X-Forwarded-For", "203.0.113.9");
        assertThat(untrusted).containsExactly("Forwarded");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 203.0.113.9",
                "6.6.6.6, 203.0.113.9 | 203.0.113.9",
                "6.6.6.6, 203.0.113.9, 10.2.3.4 | 203.0.113.9",
                "10.9.9.9, 10.2.3.4 | 10.9.9.9",
                "203.0.113.9:1234 | 203.0.113.9",
                "2001:db8::1 | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]:443 | 2001:db8:0:0:0:0:0:1",
                "::ffff:203.0.113.9 | 203.0.113.9",
                "203.0.113.9, fd00::5 | 203.0.113.9",
                "evil.example.org | 10.0.0.1",
                "6.6.6.6, unknown | 10.0.0.1",
                "1 | 10.0.0.1",
                ",,, | 10.0.0.1",
            })
    void readsForwardedForFromTheRight(String header, String expected) {
        assertThat(client(PROXY, "X-Forwarded-For", header)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=203.0.113.9 | 203.0.113.9",
                "for=6.6.6.6, For=203.0.113.9;proto=https;by=10.0.0.1 | 203.0.113.9",
                "for=\"[2001:db8::1]:443\" | 2001:db8:0:0:0:0:0:1",
                "for=203.0.113.9, for=\"10.2.3.4:80\" | 203.0.113.9",
                "for=6.6.6.6, for=_hidden | 10.0.0.1",
                "for=6.6.6.6, proto=https | 10.0.0.1",
            })
    void readsForwardedFromTheRight(String header, String expected) {
        assertThat(client(PROXY, "Forwarded", header)).isEqualTo(expected);
    }

    @Test
    void joinsLinesOfAHeader() {
        HttpHeaders headers = new HttpHeaders();
        headers.add("X-Forwarded-For", "6.6.6.6");
        headers.add("X-Forwarded-For", "203.0.113.9");
        assertThat(client(PROXY, headers)).isEqualTo("203.0.113.9");
    }

    @Test
    void ignoresContradictoryHeaders() {
        HttpHeaders headers = new HttpHeaders();
        headers.add("X-Forwarded-For", "6.6.6.6");
        headers.add("Forwarded", "for=203.0.113.9");
        assertThat(client(PROXY, headers)).isEqualTo(PROXY);
        headers.set("Forwarded", "for=6.6.6.6");
        assertThat(client(PROXY, headers)).isEqualTo("6.6.6.6");
    }

    @Test
    void boundsLongLists() {
        assertThat(client(PROXY, "X-Forwarded-For", "6.6.6.6,".repeat(1_000) + "203.0.113.9"))
                .isEqualTo("203.0.113.9");
    }

    @Test
    void doesNotExemptClientsBehindUnknownProxies() {
        assertThat(of("127.0.0.1", new HttpHeaders()).isExempt()).isTrue();
        assertThat(of("0:0:0:0:0:0:0:1", new HttpHeaders()).isExempt()).isTrue();
        assertThat(of(STRANGER, new HttpHeaders()).isExempt()).isFalse();
        HttpHeaders headers = new HttpHeaders();
        headers.add("X-Forwarded-For", "203.0.113.9");
        assertThat(of("127.0.0.1", headers).isExempt()).isFalse();
        headers.set("X-Forwarded-For", "127.0.0.1");
        assertThat(of("127.0.0.1", headers).isExempt()).isFalse();
    }

    @Test
    void countsAnIpv6NetworkAsOneSubject() {
        assertThat(of("2001:db8:1:2::1", new HttpHeaders()).subject())
                .isEqualTo(of("2001:db8:1:2:ffff::9", new HttpHeaders()).subject())
                .isNotEqualTo(of("2001:db8:1:3::1", new HttpHeaders()).subject());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "localhost", "10/8", "::1/129", "1.2.3.4,"
            })
    void rejectsInvalidNetworks(String text) {
        assertThatThrownBy(() -> CidrBlock.parseAll("TRUSTED_PROXIES", text))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TRUSTED_PROXIES");
    }

    @Test
    void matchesPrefixesExactly() throws Exception {
        List<CidrBlock> blocks = CidrBlock.parseAll("X", "192.168.128.0/17");
        assertThat(CidrBlock.anyContains(blocks, InetAddress.ofLiteral("192.168.255.255")))
                .isTrue();
        assertThat(CidrBlock.anyContains(blocks, InetAddress.ofLiteral("192.168.127.255")))
                .isFalse();
        assertThat(CidrBlock.anyContains(CidrBlock.parseAll("X", "0.0.0.0/0"), InetAddress.ofLiteral("8.8.8.8")))
                .isTrue();
    }

    private String client(String peer, String header, String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.add(header, value);
        return client(peer, headers);
    }

    private String client(String peer, HttpHeaders headers) {
        return of(peer, headers).address().getHostAddress();
    }

    private ClientAddress of(String peer, HttpHeaders headers) {
        return addresses.of(InetAddress.ofLiteral(peer), headers);
    }
}
