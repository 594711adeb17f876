package dev.mindfulcode.webkit.limits;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A network such as {@code 10.0.0.0/8}, or one address. */
public final class CidrBlock {

    private static final int BLOCKS_MAX = 100;

    private final byte[] network;
    private final int prefixBits;

    private CidrBlock(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /**
     * Parses a list separated by commas; empty if the text is blank.
     *
     * @throws IllegalStateException naming the variable, the value and the rule
     */
    public static List<CidrBlock> parseAll(String variable, @Nullable String text) {
        List<CidrBlock> blocks = new ArrayList<>();
        for (String part : text == null || text.isBlank() ? new String[0] : text.split(",", -1)) {
            CidrBlock block = parse(part.strip());
            if (block == null || blocks.size() == BLOCKS_MAX) {
                throw new IllegalStateException(variable + " contains '" + part.strip() + "'; must be at most "
                        + BLOCKS_MAX + " networks separated by commas, such as 10.0.0.0/8,fd00::/8.");
            }
            blocks.add(block);
        }
        return List.copyOf(blocks);
    }

    private static @Nullable CidrBlock parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = IpAddresses.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        byte[] network = address.getAddress();
        int bits = network.length * Byte.SIZE;
        try {
            int prefix = slash < 0 ? bits : Integer.parseInt(text, slash + 1, text.length(), 10);
            return prefix < 0 || prefix > bits ? null : new CidrBlock(network, prefix);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    public static boolean anyContains(List<CidrBlock> blocks, InetAddress address) {
        byte[] bytes = address.getAddress();
        for (CidrBlock block : blocks) {
            if (block.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    private boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefixBits / Byte.SIZE;
        int rest = prefixBits % Byte.SIZE;
        int mask = 0xFF << (Byte.SIZE - rest);
        return Arrays.equals(address, 0, whole, network, 0, whole)
                && (rest == 0 || (address[whole] & mask) == (network[whole] & mask));
    }
}
