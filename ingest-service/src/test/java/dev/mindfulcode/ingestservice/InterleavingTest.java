package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.ReadAfterToken;
import java.util.Optional;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** Runs the lock-free classes under the model checker of Lincheck, which explores the interleavings of threads. */
class InterleavingTest {

    private static final int INVOCATIONS = Boolean.getBoolean("mindful.full") ? 10_000 : 100;

    @Test
    void releasesAllBytesOfAnUploadThatGrowsDuringItsRelease() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            InFlightBytes inFlight = new InFlightBytes(10);
            InFlightBytes.Reservation upload = inFlight.newReservation();
            InFlightBytes.Reservation other = inFlight.newReservation();
            together(
                    () -> {
                        upload.grow(2);
                        upload.grow(3);
                    },
                    () -> {
                        other.grow(4);
                        upload.release();
                    });
            check(inFlight.bytes() == 4);
            other.release();
            upload.release();
            check(inFlight.bytes() == 0);
        });
    }

    @Test
    void completesOnceWithTheLastOffsetOfConcurrentAcknowledgements() {
        RecordMetadata first = metadata(7);
        RecordMetadata second = metadata(5);
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Acknowledgements acknowledgements = new Acknowledgements(2);
            together(
                    () -> acknowledgements.onCompletion(first, null),
                    () -> acknowledgements.onCompletion(second, null));
            Optional<ReadAfterToken> position = acknowledgements.all().getNow(Optional.empty());
            check(position.isPresent() && position.get().offset() == 7);
        });
    }

    private static RecordMetadata metadata(long offset) {
        RecordMetadata metadata = new RecordMetadata(new TopicPartition("keystrokes", 0), offset, 0, 0, 0, 0);
        assertThat(metadata.offset()).isEqualTo(offset);
        return metadata;
    }

    private static void together(Runnable one, Runnable other) {
        Thread first = new Thread(one);
        Thread second = new Thread(other);
        first.start();
        second.start();
        try {
            first.join();
            second.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Plain, as the model checker would explore an assertion library, too. */
    private static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError();
        }
    }
}
