package dev.mindfulcode.ingestservice;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of all uploads that have come in, in part or in whole, and are not yet on Kafka. Bounded: this is what
 * keeps a slow broker or a flood from filling the memory. Thread-safe.
 */
final class InFlightBytes {

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    InFlightBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    long bytes() {
        return bytes.get();
    }

    Reservation newReservation() {
        return new Reservation();
    }

    /** What one upload takes of it. Grown by one thread; given back by any, more than once does no harm. */
    final class Reservation {

        private static final long RELEASED = -1;

        private final AtomicLong held = new AtomicLong();

        /**
         * @throws UploadException as {@link ProblemType#OVERLOADED} where there is no room; what was taken before stays taken
         */
        void grow(long more) {
            if (bytes.addAndGet(more) > maxBytes) {
                bytes.addAndGet(-more);
                throw new UploadException(
                        ProblemType.OVERLOADED, "Too many bytes are in flight; send this again later");
            }
            long before;
            do {
                before = held.get();
                if (before == RELEASED) {
                    bytes.addAndGet(-more);
                    return;
                }
            } while (!held.compareAndSet(before, before + more));
        }

        void release() {
            long before = held.getAndSet(RELEASED);
            if (before > 0) {
                bytes.addAndGet(-before);
            }
        }
    }
}
