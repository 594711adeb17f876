package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class Ipv6LoopbackTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void isNeededForAServerOnTheIpv4Loopback() {
        assertThat(Ipv6Loopback.isNeeded(LOOPBACK, _ -> true)).isTrue();
        assertThat(Ipv6Loopback.isNeeded(null, _ -> true)).isFalse();
        assertThat(Ipv6Loopback.isNeeded(InetAddress.ofLiteral("::1"), _ -> true))
                .isFalse();
        assertThat(Ipv6Loopback.isNeeded(InetAddress.ofLiteral("0.0.0.0"), _ -> true))
                .isFalse();
        assertThat(Ipv6Loopback.isNeeded(InetAddress.ofLiteral("192.0.2.1"), _ -> true))
                .isFalse();
    }

    @Test
    void isNotNeededWithoutIpv6() {
        assertThat(Ipv6Loopback.isNeeded(LOOPBACK, _ -> false)).isFalse();
    }
}
