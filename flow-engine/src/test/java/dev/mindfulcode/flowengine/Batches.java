package dev.mindfulcode.flowengine;

import java.util.Random;

/**
 * An endless seeded sequence of hostile batches: empty, of one key, of 1,000; equal, zero, huge, alternating, natural
 * and random intervals; clocks that jump forward and back; signals between the keys.
 */
final class Batches {
    static final int BATCH_KEYS_MAX = 1_000;

    /** Keystrokes generated in this run. */
    static long keystrokes;

    private final Random random;
    private long at = Input.START_MS;

    Batches(long seed) {
        random = new Random(seed);
    }

    /** Parallel arrays: kind of event (key or signal), time, interval or value, code. */
    @SuppressWarnings("ArrayRecordComponent") // millions of events: no boxing
    record Batch(boolean[] isKey, long[] atMs, int[] intervalMs, int[] code) {
        int length() {
            return isKey.length;
        }

        void apply(SessionState session, int from, int to) {
            for (int i = from; i < to; i++) {
                if (isKey[i]) {
                    session.keystroke(atMs[i], intervalMs[i], code[i], -1);
                } else {
                    session.signal(atMs[i], code[i], intervalMs[i]);
                }
            }
        }
    }

    Batch next() {
        int length = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> BATCH_KEYS_MAX;
            default -> 1 + random.nextInt(120);
        };
        switch (random.nextInt(12)) {
            case 0 -> at += random.nextInt(7_200_000);
            case 1 -> at -= random.nextInt(7_200_000);
            case 2 -> at += 300_000 - random.nextInt(2);
            default -> {}
        }
        int rhythm = random.nextInt(6);
        int usual = 1 + random.nextInt(600);
        Batch batch = new Batch(new boolean[length], new long[length], new int[length], new int[length]);
        for (int i = 0; i < length; i++) {
            int interval = interval(rhythm, usual, i);
            at += Math.max(interval, 0);
            batch.isKey()[i] = random.nextInt(30) != 0;
            batch.atMs()[i] = at;
            batch.intervalMs()[i] = batch.isKey()[i] ? interval : random.nextInt(2);
            batch.code()[i] = random.nextInt(batch.isKey()[i] ? 14 : 9) - 1;
            keystrokes += batch.isKey()[i] ? 1 : 0;
        }
        // Time must not run out with batches that span weeks.
        at = Math.min(at, Input.START_MS + (1L << 40));
        return batch;
    }

    private int interval(int rhythm, int usual, int i) {
        return switch (rhythm) {
            case 0 -> 0;
            case 1 -> usual;
            case 2 -> i % 2 == 0 ? 1 : 1_999;
            case 3 -> random.nextInt(8) == 0 ? Integer.MAX_VALUE >> random.nextInt(16) : usual;
            case 4 -> (int) Math.clamp(usual * Math.exp(0.6 * random.nextGaussian()), 1, 60_000);
            default -> random.nextInt(40) == 0 ? random.nextInt() : random.nextInt(2_500);
        };
    }
}
