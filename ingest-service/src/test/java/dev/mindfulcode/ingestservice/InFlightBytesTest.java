package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class InFlightBytesTest {

    private final InFlightBytes inFlight = new InFlightBytes(100);

    @Test
    void refusesWhatDoesNotFitAndTakesItOnceThereIsRoom() {
        InFlightBytes.Reservation first = inFlight.newReservation();
        InFlightBytes.Reservation second = inFlight.newReservation();
        first.grow(60);
        second.grow(40);

        assertThatThrownBy(() -> second.grow(1)).isInstanceOfSatisfying(UploadException.class, refusal -> {
            assertThat(refusal.type()).isEqualTo(ProblemType.OVERLOADED);
            assertThat(refusal.retryAfterSeconds()).isPositive();
        });
        first.release();
        second.grow(60);

        assertThat(inFlight.bytes()).isEqualTo(100);
    }

    @Test
    void releasesAShareOnceHoweverOftenItIsGivenBack() {
        InFlightBytes.Reservation share = inFlight.newReservation();
        share.grow(10);
        inFlight.newReservation().grow(5);

        share.release();
        share.release();

        assertThat(inFlight.bytes()).isEqualTo(5);
    }

    @Test
    void holdsNothingForAShareThatGrowsAfterItWasReleased() {
        InFlightBytes.Reservation share = inFlight.newReservation();
        share.release();

        share.grow(10);

        assertThat(inFlight.bytes()).isZero();
    }

    @Test
    void isExactWhenManyGrowAndReleaseAtOnce() throws InterruptedException {
        InFlightBytes busy = new InFlightBytes(1_000);
        CountDownLatch done = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 10_000; round++) {
                    InFlightBytes.Reservation share = busy.newReservation();
                    try {
                        share.grow(70);
                        share.grow(90);
                    } catch (UploadException full) {
                        assertThat(full.type()).isEqualTo(ProblemType.OVERLOADED);
                    }
                    share.release();
                }
                done.countDown();
            });
        }
        done.await();

        assertThat(busy.bytes()).isZero();
    }
}
