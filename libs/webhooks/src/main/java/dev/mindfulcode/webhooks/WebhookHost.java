package dev.mindfulcode.webhooks;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of a URL's host without resolving it: of a literal in any notation that a resolver accepts, or of a
 * name with a fixed address.
 */
final class WebhookHost {

    private static final Pattern LOCAL = Pattern.compile(
            "(?:.+\\.)?localhost(?:\\.localdomain|[46](?:\\.localdomain[46])?)?|ip6-(?:localhost|loopback)");

    /** Names of cloud metadata services, which give credentials to any client on the machine. */
    private static final Set<String> METADATA =
            Set.of("metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal");

    /**
     * An address as inet_aton(3) parses it: one to four numbers, each decimal, octal or hexadecimal; the last one fills
     * the remaining bytes.
     */
    private static final Pattern NUMBERS = Pattern.compile("(?:0x[0-9a-f]*|[0-9]+)(?:\\.(?:0x[0-9a-f]*|[0-9]+)){0,3}");

    private static final int ADDRESS_BYTES = 4;
    private static final int NUMBER_LENGTH_MAX = 16;

    private WebhookHost() {}

    /**
     * Returns the host's address; null for a name that is resolved when it is called.
     *
     * @throws IllegalArgumentException if the host consists of numbers and is not an address
     */
    static @Nullable InetAddress fixedAddress(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.+$", "");
        if (LOCAL.matcher(name).matches()) {
            return address(127, 0, 0, 1);
        }
        if (METADATA.contains(name)) {
            return address(169, 254, 169, 254);
        }
        if (name.startsWith("[") && name.endsWith("]")) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(name.substring(1, name.length() - 1));
            if (bytes == null) {
                throw new IllegalArgumentException("not an address of version 6");
            }
            return address(bytes);
        }
        String lastLabel = name.substring(name.lastIndexOf('.') + 1);
        if (!lastLabel.matches("[0-9]+|0x[0-9a-f]*")) {
            return null;
        }
        if (!NUMBERS.matcher(name).matches()) {
            throw new IllegalArgumentException("ends in a number and is not an address");
        }
        return numbers(name.split("\\.", -1));
    }

    private static InetAddress numbers(String[] parts) {
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean isLast = i == parts.length - 1;
            long max = isLast ? (1L << (8 * (ADDRESS_BYTES - i))) - 1 : 255;
            long number = number(parts[i]);
            if (number > max) {
                throw new IllegalArgumentException("a number is too large for an address");
            }
            address |= isLast ? number : number << (8 * (ADDRESS_BYTES - 1 - i));
        }
        return address((int) (address >> 24), (int) (address >> 16), (int) (address >> 8), (int) address);
    }

    private static long number(String text) {
        if (text.length() > NUMBER_LENGTH_MAX) {
            throw new IllegalArgumentException("a number is too long for an address");
        }
        if (text.startsWith("0x")) {
            return text.length() == 2 ? 0 : Long.parseLong(text, 2, text.length(), 16);
        }
        return Long.parseLong(text, text.length() > 1 && text.startsWith("0") ? 8 : 10);
    }

    private static InetAddress address(int a, int b, int c, int d) {
        return address(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }
}
