package dev.mindfulcode.apigateway.live;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The encrypted flow states of the last ten minutes of each user, for clients that connect. The latest state of a user
 * is available for an hour. Beyond {@link #BYTES_MAX}, users whose states were used least are removed. Thread-safe.
 */
final class RecentStates {

    static final Duration RETENTION = Duration.ofMinutes(10);

    /** One a second for ten minutes. */
    static final int STATES_PER_USER_MAX = 600;

    static final int BYTES_MAX = 32 * 1024 * 1024;

    private static final Duration LATEST_RETENTION = Duration.ofHours(1);

    /** Of an entry and its objects, estimated. */
    private static final int USER_OVERHEAD_BYTES = 200;

    private static final int STATE_OVERHEAD_BYTES = 48;

    private final Cache<UUID, States> users = Caffeine.newBuilder()
            .maximumWeight(BYTES_MAX)
            .weigher((UUID user, States states) -> states.bytes())
            .expireAfterWrite(LATEST_RETENTION)
            .build();

    /** @param atMs time of the record, epoch milliseconds */
    void add(UUID userId, byte[] value, long atMs) {
        users.asMap().compute(userId, (id, known) -> {
            States states = known == null ? new States() : known;
            states.add(value, atMs);
            return states; // weighed again
        });
    }

    boolean contains(UUID userId) {
        return users.getIfPresent(userId) != null;
    }

    /** Returns the latest state, or null if none is stored. */
    byte @Nullable [] latest(UUID userId) {
        States states = users.getIfPresent(userId);
        return states == null ? null : states.latest();
    }

    /** Returns the states in the order of their arrival; empty if none is stored. */
    List<byte[]> of(UUID userId) {
        States states = users.getIfPresent(userId);
        return states == null ? List.of() : states.all();
    }

    /** Removes at once what would be removed soon. */
    void evictNow() {
        users.cleanUp();
    }

    /** Never empty once it is in the cache. */
    private static final class States {

        private final Deque<State> states = new ArrayDeque<>();
        private int bytes = USER_OVERHEAD_BYTES;

        synchronized void add(byte[] value, long atMs) {
            states.addLast(new State(value, atMs));
            bytes += size(value);
            State eldest = states.getFirst();
            while (states.size() > STATES_PER_USER_MAX || eldest.atMs() < atMs - RETENTION.toMillis()) {
                states.removeFirst();
                bytes -= size(eldest.value());
                eldest = states.getFirst();
            }
        }

        synchronized int bytes() {
            return bytes;
        }

        synchronized byte[] latest() {
            return states.getLast().value();
        }

        synchronized List<byte[]> all() {
            return states.stream().map(State::value).toList();
        }

        private static int size(byte[] value) {
            return value.length + STATE_OVERHEAD_BYTES;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record State(byte[] value, long atMs) {}
}
