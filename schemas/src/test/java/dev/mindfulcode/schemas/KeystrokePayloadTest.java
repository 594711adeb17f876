package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeystrokePayloadTest {

    private static final int[] NONE = {};
    private static final byte[] NO_BYTES = {};

    @Test
    void payloadHasStableBytes() {
        KeystrokePayload payload = new KeystrokePayload(
                new int[] {120, 95, 2_000},
                new byte[] {KeyClass.LETTER.code(), KeyClass.SPACE.code(), KeyClass.DELETE.code()},
                new int[] {80, 75, 90},
                new int[] {-1},
                new byte[] {SignalKind.TEST.code()},
                new int[] {1});

        // Count 3 is 06; 120 is f0 01, 95 is be 01, 2000 is a0 1f; 00 ends an array.
        assertThat(HexFormat.of().formatHex(payload.encode()))
                .isEqualTo("06" + "f001" + "be01" + "a01f" + "00" + "06" + "000306" + "06" + "a001" + "9601" + "b401"
                        + "00" + "02" + "01" + "00" + "02" + "03" + "02" + "02" + "00");
    }

    @Test
    void readsBlocksWithNegativeCountsAndSizes() throws MalformedPayloadException {
        // intervals: a block of -2 elements in 3 bytes (120, 7), then one of 1 element (5); then three classes.
        byte[] bytes = HexFormat.of()
                .parseHex("03" + "06" + "f001" + "0e" + "02" + "0a" + "00" + "06000000" + "00" + "00" + "00" + "00");

        assertThat(KeystrokePayload.decode(bytes).intervalsMs()).containsExactly(120, 7, 5);
    }

    /** Sizes are for readers that skip blocks. */
    @Test
    void ignoresTheDeclaredSizeOfABlock() throws MalformedPayloadException {
        byte[] bytes =
                HexFormat.of().parseHex("03" + "04" + "f001" + "0e" + "00" + "040000" + "00" + "00" + "00" + "00");

        assertThat(KeystrokePayload.decode(bytes).intervalsMs()).containsExactly(120, 7);
    }

    @Test
    void acceptsAtMostAThousandKeystrokesAndSignals() throws MalformedPayloadException {
        byte[] thousand = new KeystrokePayload(
                        new int[1_000],
                        new byte[1_000],
                        new int[1_000],
                        new int[1_000],
                        new byte[1_000],
                        new int[1_000])
                .encode();

        assertThat(KeystrokePayload.decode(thousand).keystrokes()).isEqualTo(1_000);
        assertThatThrownBy(() -> new KeystrokePayload(new int[1_001], new byte[1_001], NONE, NONE, NO_BYTES, NONE))
                .hasMessageStartingWith("intervals_ms: more than 1000");
        assertThatThrownBy(() ->
                        new KeystrokePayload(NONE, NO_BYTES, NONE, new int[1_001], new byte[1_001], new int[1_001]))
                .hasMessageStartingWith("signal_at_ms: more than 1000");
        assertThatThrownBy(() -> KeystrokePayload.decode(withIntervals(1_001)))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("intervals_ms");
    }

    @Test
    void rejectsArraysOfDifferentLengths() {
        assertThatThrownBy(() -> new KeystrokePayload(new int[2], new byte[1], NONE, NONE, NO_BYTES, NONE))
                .hasMessageStartingWith("key_classes");
        assertThatThrownBy(() -> new KeystrokePayload(new int[2], new byte[2], new int[1], NONE, NO_BYTES, NONE))
                .hasMessageStartingWith("dwells_ms");
        assertThatThrownBy(() -> new KeystrokePayload(NONE, NO_BYTES, NONE, new int[2], new byte[1], new int[2]))
                .hasMessageStartingWith("signal_kinds");
        assertThatThrownBy(() -> new KeystrokePayload(NONE, NO_BYTES, NONE, new int[2], new byte[2], new int[3]))
                .hasMessageStartingWith("signal_values");
        // One interval, no class.
        assertThatThrownBy(() ->
                        KeystrokePayload.decode(HexFormat.of().parseHex("020e00" + "00" + "00" + "00" + "00" + "00")))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageStartingWith("key_classes");
    }

    @Test
    void rejectsHostileCountsBeforeAllocating() {
        for (String count : new String[] {
            "feffffff0f", // 2^31 - 1
            "ffffffff0f00", // -2^31, in an empty block
            "feffffffffffffffff01", // 2^63 - 1
            "ffffffffffffffffff0100", // -2^63
            "ffffffffffffffffffffff01", // an endless number
            "d00f", // 1,000 elements without bytes
        }) {
            assertThatThrownBy(() -> KeystrokePayload.decode(HexFormat.of().parseHex(count)))
                    .as(count)
                    .isInstanceOf(MalformedPayloadException.class);
        }
    }

    @Test
    void rejectsValuesBeyond32BitsAndSurplusBytes() {
        // An interval of 2^31.
        assertThatThrownBy(() -> KeystrokePayload.decode(
                        HexFormat.of().parseHex("02" + "8080808010" + "00" + "0200" + "00000000")))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("32 bits");
        assertThatThrownBy(() -> KeystrokePayload.decode(HexFormat.of().parseHex("000000000000" + "00")))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("after the end");
    }

    @Test
    void textFormOmitsTheContent() {
        assertThat(new KeystrokePayload(new int[] {4711}, new byte[1], NONE, new int[2], new byte[2], new int[2]))
                .hasToString("KeystrokePayload[1 keystrokes, 2 signals]");
    }

    @Test
    void visitsKeystrokesAndSignalsInTheOrderOfTime() {
        KeystrokePayload payload = new KeystrokePayload(
                new int[] {100, 50, 200},
                new byte[] {KeyClass.LETTER.code(), KeyClass.SPACE.code(), Byte.MAX_VALUE},
                new int[] {80, 75, 90},
                new int[] {-5, 99, 150, 151, 900},
                new byte[] {
                    SignalKind.SAVE.code(), SignalKind.TEST.code(), SignalKind.BUILD.code(), 99, SignalKind.SAVE.code()
                },
                new int[] {0, 1, 0, 0, 0});

        // A signal at the instant of a keystroke precedes it; unknown kinds are skipped, unknown classes are OTHER.
        assertThat(events(payload, 1_000, 10_000))
                .containsExactly(
                        "1000 SAVE 0",
                        "1099 TEST 1",
                        "1100 +100 LETTER 80",
                        "1150 BUILD 0",
                        "1150 +50 SPACE 75",
                        "1350 +200 OTHER 90",
                        "1900 SAVE 0");
        assertThat(events(payload, 1_000, 1_120))
                .containsExactly(
                        "1000 SAVE 0",
                        "1099 TEST 1",
                        "1100 +100 LETTER 80",
                        "1120 BUILD 0",
                        "1120 +50 SPACE 75",
                        "1120 +200 OTHER 90",
                        "1120 SAVE 0");
    }

    @Test
    void visitsKeystrokesWithoutDwellsAndSignalsAlone() {
        assertThat(events(new KeystrokePayload(new int[] {7}, new byte[1], NONE, NONE, NO_BYTES, NONE), 0, 10))
                .containsExactly("7 +7 LETTER " + KeystrokePayload.DWELL_UNKNOWN);
        assertThat(events(
                        new KeystrokePayload(NONE, NO_BYTES, NONE, new int[] {3}, new byte[] {1}, new int[] {0}),
                        0,
                        10))
                .containsExactly("3 SAVE 0");
    }

    private static List<String> events(KeystrokePayload payload, long startedAtMs, long latestMs) {
        List<String> events = new ArrayList<>();
        payload.forEachEvent(startedAtMs, latestMs, new KeystrokePayload.EventVisitor() {
            @Override
            public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
                events.add(atMs + " +" + intervalMs + " " + KeyClass.ofCode(keyClassCode) + " " + dwellMs);
            }

            @Override
            public void signal(long atMs, int kindCode, int value) {
                events.add(atMs + " " + SignalKind.ofCode(kindCode) + " " + value);
            }
        });
        return events;
    }

    @Test
    void countsElementsOverAllBlocks() throws MalformedPayloadException {
        assertThat(KeystrokePayload.decode(intervalsInBlocks(600, 400, 1_000)).keystrokes())
                .isEqualTo(1_000);
        assertThatThrownBy(() -> KeystrokePayload.decode(intervalsInBlocks(600, 401, 1_001)))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("intervals_ms: more than 1000");
    }

    @Test
    void decodesPartOfABuffer() throws MalformedPayloadException {
        byte[] payload = new KeystrokePayload(new int[] {5}, new byte[1], NONE, NONE, NO_BYTES, NONE).encode();
        ByteBuffer whole = ByteBuffer.allocate(payload.length + 7)
                .put(new byte[4])
                .put(payload)
                .flip()
                .position(1)
                .slice()
                .position(3);

        assertThat(KeystrokePayload.decode(whole).intervalsMs()).containsExactly(5);
        assertThat(whole.position()).isEqualTo(3);
    }

    /** Two blocks of zeros as intervals, and as many key classes. */
    private static byte[] intervalsInBlocks(int first, int second, int classes) {
        AvroBinaryWriter head = new AvroBinaryWriter(AvroBinaryWriter.sizeOfInts(new int[first]));
        head.ints(new int[first]);
        AvroBinaryWriter tail = new AvroBinaryWriter(AvroBinaryWriter.sizeOfInts(new int[second]));
        tail.ints(new int[second]);
        AvroBinaryWriter rest = new AvroBinaryWriter(AvroBinaryWriter.sizeOfBytes(new byte[classes]));
        rest.bytes(new byte[classes]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(head.written(), 0, head.written().length - 1); // without the end of the array
        out.writeBytes(tail.written());
        out.writeBytes(rest.written());
        out.writeBytes(new byte[4]);
        return out.toByteArray();
    }

    private static byte[] withIntervals(int count) {
        AvroBinaryWriter out = new AvroBinaryWriter(AvroBinaryWriter.sizeOfInts(new int[count]));
        out.ints(new int[count]);
        return out.written();
    }
}
