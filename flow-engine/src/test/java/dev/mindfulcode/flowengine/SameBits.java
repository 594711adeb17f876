package dev.mindfulcode.flowengine;

import java.util.Random;
import java.util.zip.CRC32;

/**
 * A digest of a long run of mixed events, to compare interpreter and compilers. The main method prints it.
 */
final class SameBits {
    private static final int EVENTS = 60_000;

    private SameBits() {}

    public static void main(String... args) {
        System.out.print(digest(EVENTS, 7));
    }

    static long digest(int events, long seed) {
        Random random = new Random(seed);
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState().wrap(state);
        FlowReading reading = new FlowReading();
        CRC32 crc = new CRC32();
        byte[] bits = new byte[4];
        long at = Input.START_MS;
        for (int i = 0; i < events; i++) {
            int interval = random.nextInt(50) == 0 ? random.nextInt(400_000) : 20 + random.nextInt(500);
            at += interval;
            if (random.nextInt(40) == 0) {
                session.signal(at, random.nextInt(8), random.nextInt(2));
            } else {
                session.keystroke(at, interval, random.nextInt(13), -1);
            }
            if (i % 8 == 0) {
                session.read(at + random.nextInt(60_000), reading);
                StateBytes.putInt(
                        bits,
                        0,
                        Float.floatToRawIntBits(reading.intensity() + 3 * reading.rhythm() + 5 * reading.velocity()));
                crc.update(bits);
            }
        }
        crc.update(state);
        return crc.getValue();
    }
}
