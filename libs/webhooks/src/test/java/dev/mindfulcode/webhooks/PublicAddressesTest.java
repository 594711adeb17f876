package dev.mindfulcode.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.webkit.limits.CidrBlock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {

    private final PublicAddresses addresses = new PublicAddresses(List.of());

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"})
    void allowsPublicAddresses(String address) {
        assertThat(addresses.mayCall(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.1",
                "100.64.0.1",
                "100.100.100.200",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.169.254",
                "169.254.170.2",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "::",
                "::1",
                "::7f00:1",
                "::ffff:127.0.0.1",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void refusesSpecialPurposeAddresses(String address) {
        assertThat(addresses.mayCall(InetAddress.ofLiteral(address))).isFalse();
    }

    /** Java itself reads such a literal as version 4; what comes from a resolver need not. */
    @Test
    void treatsMappedAddressesAsVersionFour() throws UnknownHostException {
        assertThat(addresses.mayCall(mapped(127, 0, 0, 1))).isFalse();
        assertThat(addresses.mayCall(mapped(1, 1, 1, 1))).isTrue();
        assertThat(new PublicAddresses(CidrBlock.parseAll("v", "127.0.0.1")).mayCall(mapped(127, 0, 0, 1)))
                .isTrue();
    }

    @Test
    void allowsNetworksOfTheOperator() {
        PublicAddresses wider = new PublicAddresses(CidrBlock.parseAll("v", "10.1.0.0/16,fd00::/8"));
        assertThat(wider.mayCall(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
        assertThat(wider.mayCall(InetAddress.ofLiteral("10.2.0.1"))).isFalse();
        assertThat(wider.mayCall(InetAddress.ofLiteral("fd00::1"))).isTrue();
    }

    private static InetAddress mapped(int... v4) throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = -1;
        bytes[11] = -1;
        for (int i = 0; i < 4; i++) {
            bytes[12 + i] = (byte) v4[i];
        }
        return Inet6Address.getByAddress("mapped", bytes, -1);
    }
}
