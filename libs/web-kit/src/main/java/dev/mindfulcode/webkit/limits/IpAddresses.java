package dev.mindfulcode.webkit.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** IP addresses as text, without name resolution. */
final class IpAddresses {

    private static final int LITERAL_LENGTH_MAX = 45;
    private static final int CUSTOMER_BYTES = 8;

    private IpAddresses() {}

    /** Returns the address of an IPv4 literal with four numbers or an IPv6 literal, or null for anything else. */
    static @Nullable InetAddress parse(String text) {
        boolean isIpv4 = text.indexOf(':') < 0;
        if (text.length() > LITERAL_LENGTH_MAX
                || text.indexOf('%') >= 0
                || (isIpv4 && text.chars().filter(c -> c == '.').count() != 3)) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the subject of a quota: an IPv4 address or an IPv6 /64, the least that a customer has. */
    static String subject(InetAddress address) {
        if (address instanceof Inet6Address) {
            byte[] network = Arrays.copyOf(address.getAddress(), CUSTOMER_BYTES);
            StringBuilder text = new StringBuilder();
            for (byte b : network) {
                text.append(Character.forDigit((b >> 4) & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
            }
            return text.append("/64").toString();
        }
        return address.getHostAddress();
    }
}
