package dev.mindfulcode.quickstart;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Values that occur nowhere else, in each encoding in which a disk could hold them in clear. */
final class Markers {

    /** Each encoding, as Latin-1 text, with the name of its marker. */
    private final Map<String, String> needles = new LinkedHashMap<>();

    /** Adds a text, which is found in any case. */
    void text(String name, String text) {
        needle(name, text.getBytes(StandardCharsets.UTF_8));
        needle(name + " in hex", HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)));
        needle(name + " in UTF-16", text.getBytes(StandardCharsets.UTF_16BE));
    }

    void id(String name, UUID id) {
        text(name, id.toString());
        needle(name + " without dashes", id.toString().replace("-", ""));
        needle(
                name + " as bytes",
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array());
    }

    /** Adds a sequence of numbers. */
    void numbers(String name, List<Integer> numbers) {
        needle(name + " as text", numbers.stream().map(String::valueOf).collect(Collectors.joining(",")));
        needle(name + " as spaced text", numbers.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        needle(name + " as varints", varints(numbers));
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            ByteBuffer ints =
                    ByteBuffer.allocate(numbers.size() * Integer.BYTES).order(order);
            ByteBuffer longs = ByteBuffer.allocate(numbers.size() * Long.BYTES).order(order);
            for (int number : numbers) {
                ints.putInt(number);
                longs.putLong(number);
            }
            needle(name + " as ints, " + order, ints.array());
            needle(name + " as longs, " + order, longs.array());
        }
    }

    /** Returns which markers these bytes hold. */
    List<String> foundIn(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<String> found = new ArrayList<>();
        needles.forEach((needle, name) -> {
            if (text.contains(needle)) {
                found.add(name);
            }
        });
        return found.isEmpty() ? Collections.emptyList() : found;
    }

    List<String> foundIn(String text) {
        return foundIn(text.getBytes(StandardCharsets.UTF_8));
    }

    private void needle(String name, String text) {
        needle(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void needle(String name, byte[] bytes) {
        needles.put(new String(bytes, StandardCharsets.ISO_8859_1), name);
    }

    /** Returns the numbers as Avro encodes an array's items: zigzag, then seven bits a byte. */
    private static byte[] varints(List<Integer> numbers) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int number : numbers) {
            int left = number << 1 ^ number >> 31;
            while ((left & ~0x7F) != 0) {
                bytes.write(left & 0x7F | 0x80);
                left >>>= 7;
            }
            bytes.write(left);
        }
        return bytes.toByteArray();
    }
}
