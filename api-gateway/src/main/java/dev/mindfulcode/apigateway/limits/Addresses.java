package dev.mindfulcode.apigateway.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Addresses as text: never looked up, and the network that one customer is given counted as one. */
final class Addresses {

    private static final int LITERAL_LENGTH_MAX = 45;
    private static final int CUSTOMER_BYTES = 8;

    private Addresses() {}

    /** Reads a literal with four numbers, or of version 6; a name is none. */
    static @Nullable InetAddress parse(String text) {
        boolean isVersion4 = text.indexOf(':') < 0;
        if (text.length() > LITERAL_LENGTH_MAX
                || text.indexOf('%') >= 0
                || (isVersion4 && text.chars().filter(c -> c == '.').count() != 3)) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The subject of a quota: a whole /64 of version 6, since a single customer has at least as much. */
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
