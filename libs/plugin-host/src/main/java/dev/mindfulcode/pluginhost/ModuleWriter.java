package dev.mindfulcode.pluginhost;

import java.util.Arrays;

/** A growing byte array with WebAssembly's number encodings. */
final class ModuleWriter {
    private byte[] bytes = new byte[256];
    private int length;

    int length() {
        return length;
    }

    ModuleWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    ModuleWriter copy(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
        return this;
    }

    ModuleWriter append(ModuleWriter other) {
        return copy(other.bytes, 0, other.length);
    }

    ModuleWriter u32(long value) {
        long rest = value;
        while (rest >= 0x80) {
            u8((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return u8((int) rest);
    }

    ModuleWriter signed(long value) {
        long rest = value;
        while (true) {
            int low = (int) (rest & 0x7F);
            rest >>= 7;
            if (rest == 0 && (low & 0x40) == 0 || rest == -1 && (low & 0x40) != 0) {
                return u8(low);
            }
            u8(low | 0x80);
        }
    }

    ModuleWriter u32Le(int value) {
        return u8(value).u8(value >>> 8).u8(value >>> 16).u8(value >>> 24);
    }

    ModuleWriter u64Le(long value) {
        return u32Le((int) value).u32Le((int) (value >>> 32));
    }

    ModuleWriter section(int id, ModuleWriter content) {
        return u8(id).u32(content.length).append(content);
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
