package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.CollectionLevel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The changes of a user's collection level, ordered by time. A history, since batches and changes are in different
 * topics: a batch may be processed after a change that came later, in a replay long after. Before the first change
 * everything is collected.
 */
record CollectionHistory(List<Change> changes) {

    static final CollectionHistory EMPTY = new CollectionHistory(List.of());

    /** Of the oldest changes beyond, the last one counts for all time before. */
    static final int CHANGES_MAX = 100;

    private static final int CHANGE_BYTES = Long.BYTES + 1;
    private static final CollectionLevel[] LEVELS = CollectionLevel.values();

    /** A level from a time on, in epoch milliseconds. */
    record Change(long atMs, CollectionLevel level) {}

    /** Returns the level that was in force at a time of receipt. */
    CollectionLevel at(long receivedAtMs) {
        CollectionLevel level = CollectionLevel.FULL;
        for (Change change : changes) {
            if (change.atMs > receivedAtMs) {
                break;
            }
            level = change.level;
        }
        return level;
    }

    /** Returns the history with a change; a repeated one changes nothing. */
    CollectionHistory with(long atMs, CollectionLevel level) {
        List<Change> next = new ArrayList<>(changes);
        next.removeIf(change -> change.atMs == atMs);
        next.add(new Change(atMs, level));
        next.sort(Comparator.comparingLong(Change::atMs));
        if (next.size() > CHANGES_MAX) {
            next.removeFirst();
            next.set(0, new Change(Long.MIN_VALUE, next.getFirst().level));
        }
        return new CollectionHistory(List.copyOf(next));
    }

    int sizeBytes() {
        return changes.size() * CHANGE_BYTES;
    }

    void write(ByteBuffer into) {
        changes.forEach(change -> into.putLong(change.atMs).put((byte) change.level.ordinal()));
    }

    /** Reads the rest of a buffer. */
    static CollectionHistory read(ByteBuffer from) {
        if (!from.hasRemaining()) {
            return EMPTY;
        }
        List<Change> changes = new ArrayList<>();
        while (from.hasRemaining()) {
            changes.add(new Change(from.getLong(), LEVELS[from.get()]));
        }
        return new CollectionHistory(List.copyOf(changes));
    }
}
