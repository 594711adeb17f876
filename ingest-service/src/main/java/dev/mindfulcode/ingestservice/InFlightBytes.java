package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of all uploads that have arrived, in part or whole, and are not yet on Kafka. The bound keeps a slow broker
 * or a flood of uploads from filling the memory. Thread-safe.
 */
final class InFlightBytes {

    private static final double NEARLY_FULL = 0.75;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    InFlightBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    long maxBytes() {
        return maxBytes;
    }

    long bytes() {
        return bytes.get();
    }

    /** Returns whether little room is left; it is before uploads are rejected. */
    boolean isNearlyFull() {
        return bytes.get() > maxBytes * NEARLY_FULL;
    }

    Reservation newReservation() {
        return new Reservation();
    }

    /** The bytes of one upload. One thread grows it; any thread releases it, more than once without harm. */
    final class Reservation {

        private static final long RELEASED = -1;

        private final AtomicLong held = new AtomicLong();

        /**
         * @throws ProblemException as {@link ProblemType#OVERLOADED} if the bound is reached; bytes reserved before
         *     stay reserved
         */
        void grow(long more) {
            if (bytes.addAndGet(more) > maxBytes) {
                bytes.addAndGet(-more);
                throw UploadProblems.overloaded("Too many bytes in flight; send this again later");
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
