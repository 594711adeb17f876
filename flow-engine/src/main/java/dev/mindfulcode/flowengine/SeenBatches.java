package dev.mindfulcode.flowengine;

import java.util.Arrays;
import java.util.UUID;

/**
 * The batch ids that a session has accepted, as 64-bit hashes: 8 to 16 bytes per batch. Among a hundred thousand
 * batches the probability of a collision is 3e-10. Not thread-safe.
 */
public final class SeenBatches {

    private static final int INITIAL_SLOTS = 16;
    private static final long FREE = 0;

    private long[] slots = new long[INITIAL_SLOTS];
    private int size;

    /** Returns the hash that represents a batch id. */
    public static long hash(UUID batchId) {
        return mixed(mixed(batchId.getMostSignificantBits()) ^ batchId.getLeastSignificantBits());
    }

    /** Adds a batch; returns false if it was present. */
    public boolean add(UUID batchId) {
        if (2 * size >= slots.length) {
            grow();
        }
        return add(hash(batchId));
    }

    private boolean add(long hash) {
        long stored = hash == FREE ? 1 : hash;
        int slot = (int) stored & (slots.length - 1);
        while (slots[slot] != FREE) {
            if (slots[slot] == stored) {
                return false;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        slots[slot] = stored;
        size++;
        return true;
    }

    private void grow() {
        long[] before = slots;
        slots = new long[2 * before.length];
        size = 0;
        Arrays.stream(before).filter(hash -> hash != FREE).forEach(this::add);
    }

    /** The finalizer of MurmurHash3: a bijection in which each bit depends on all others. */
    private static long mixed(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
