package dev.mindfulcode.webhooks;

import dev.mindfulcode.webkit.limits.CidrBlock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * The addresses that may be called on behalf of users: those of the public internet, and those that an operator allows.
 * All special-purpose addresses of IANA's registries (RFC 6890) are excluded: private, loopback, link-local (with the
 * metadata services of clouds), shared, multicast and reserved ones. Of IPv6 only global unicast is allowed, without
 * the forms that embed an IPv4 address; an IPv4-mapped address is treated as the IPv4 address.
 */
public final class PublicAddresses {

    private static final List<CidrBlock> NEVER_V4 = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // Azure's platform services.
            "168.63.129.16/32");

    private static final List<CidrBlock> GLOBAL_V6 = blocks("2000::/3");
    private static final List<CidrBlock> NEVER_V6 =
            blocks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

    private final List<CidrBlock> allowed;

    /** @param allowed networks that may be called although they are not public */
    PublicAddresses(List<CidrBlock> allowed) {
        this.allowed = allowed;
    }

    boolean mayCall(InetAddress address) {
        InetAddress meant = withoutMapping(address);
        return CidrBlock.anyContains(allowed, meant) || isPublic(meant);
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address
                ? !CidrBlock.anyContains(NEVER_V4, address)
                : CidrBlock.anyContains(GLOBAL_V6, address) && !CidrBlock.anyContains(NEVER_V6, address);
    }

    /** ::ffff:a.b.c.d is a.b.c.d to the kernel. */
    private static InetAddress withoutMapping(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != 16 || bytes[10] != -1 || bytes[11] != -1) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return address;
            }
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static List<CidrBlock> blocks(String... texts) {
        return CidrBlock.parseAll("a constant", String.join(",", texts));
    }
}
