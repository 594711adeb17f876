package dev.mindfulcode.pluginhost;

import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a module's bytes with bounds checks; allocates nothing by unchecked lengths. */
final class ModuleReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    ModuleReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    int position() {
        return at;
    }

    boolean atEnd() {
        return at == end;
    }

    /** Returns a reader of the next {@code length} bytes and skips them. */
    ModuleReader slice(int length, String what) throws PluginRefusedException {
        need(length, what);
        ModuleReader slice = new ModuleReader(bytes, at, at + length);
        at += length;
        return slice;
    }

    int u8(String what) throws PluginRefusedException {
        need(1, what);
        return bytes[at++] & 0xFF;
    }

    void skip(int length, String what) throws PluginRefusedException {
        need(length, what);
        at += length;
    }

    /** Reads an unsigned 32-bit LEB128, padded up to five bytes as linkers write it. */
    long u32(String what) throws PluginRefusedException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = u8(what);
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                if (value > 0xFFFF_FFFFL) {
                    throw malformed(what + " does not fit 32 bits");
                }
                return value;
            }
        }
        throw malformed(what + " is longer than 32 bits need");
    }

    /** Reads a count of entries, up to a maximum. */
    int count(int max, String what) throws PluginRefusedException {
        int from = at;
        long count = u32(what);
        if (count > max) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE, what + ": " + count + "; at most " + max + " are allowed (at byte " + from + ")");
        }
        return (int) count;
    }

    int index(long limit, String what) throws PluginRefusedException {
        int from = at;
        long index = u32(what);
        if (index >= limit) {
            throw new PluginRefusedException(
                    Reason.INVALID, what + " " + index + " is not one of " + limit + " (at byte " + from + ")");
        }
        return (int) index;
    }

    /** Reads a signed LEB128 of at most {@code bits} bits. */
    long signed(int bits, String what) throws PluginRefusedException {
        long value = 0;
        int shift = 0;
        int bytesMax = (bits + 6) / 7;
        for (int i = 0; i < bytesMax; i++) {
            int next = u8(what);
            value |= (long) (next & 0x7F) << shift;
            shift += 7;
            if ((next & 0x80) == 0) {
                if (shift < 64 && (next & 0x40) != 0) {
                    value |= -1L << shift;
                }
                if (bits < 64 && (value < -(1L << bits - 1) || value >= 1L << bits - 1)) {
                    throw malformed(what + " does not fit " + bits + " bits");
                }
                return value;
            }
        }
        throw malformed(what + " is longer than " + bits + " bits need");
    }

    String name(String what) throws PluginRefusedException {
        int length = count(PluginLimits.ModuleLimits.NAME_BYTES_MAX, "bytes of " + what);
        need(length, what);
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, length))
                    .toString();
            at += length;
            return name;
        } catch (CharacterCodingException _) {
            throw malformed(what + " is not UTF-8");
        }
    }

    PluginRefusedException malformed(String what) {
        return new PluginRefusedException(Reason.MALFORMED, what + " (at byte " + at + ")");
    }

    PluginRefusedException unsupported(String what) {
        return new PluginRefusedException(Reason.UNSUPPORTED, what + " (at byte " + at + ")");
    }

    private void need(int length, String what) throws PluginRefusedException {
        if (length < 0 || length > end - at) {
            throw malformed("The module ends within " + what);
        }
    }
}
