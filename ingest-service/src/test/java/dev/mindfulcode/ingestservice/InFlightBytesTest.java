package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class InFlightBytesTest {

    private final InFlightBytes inFlight = new InFlightBytes(100);

    @Test
    void rejectsGrowthBeyondTheBoundUntilBytesAreReleased() {
        InFlightBytes.Reservation first = inFlight.newReservation();
        InFlightBytes.Reservation second = inFlight.newReservation();
        first.grow(60);
        second.grow(40);

        assertThatThrownBy(() -> second.grow(1)).isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.type()).isEqualTo(ProblemType.OVERLOADED);
            assertThat(problem.retryAfterSeconds()).isPositive();
        });
        first.release();
        second.grow(60);

        assertThat(inFlight.bytes()).isEqualTo(100);
    }

    @Test
    void isNearlyFullBeforeItRejectsAndUntilBytesAreReleased() {
        InFlightBytes.Reservation first = inFlight.newReservation();
        first.grow(75);
        assertThat(inFlight.isNearlyFull()).isFalse();

        first.grow(1);
        assertThat(inFlight.isNearlyFull()).isTrue();

        first.release();
        assertThat(inFlight.isNearlyFull()).isFalse();
    }

    @Test
    void releasesOnce() {
        InFlightBytes.Reservation reservation = inFlight.newReservation();
        reservation.grow(10);
        inFlight.newReservation().grow(5);

        reservation.release();
        reservation.release();

        assertThat(inFlight.bytes()).isEqualTo(5);
    }

    @Test
    void ignoresGrowthAfterRelease() {
        InFlightBytes.Reservation reservation = inFlight.newReservation();
        reservation.release();

        reservation.grow(10);

        assertThat(inFlight.bytes()).isZero();
    }

    @Test
    void staysExactUnderConcurrency() throws InterruptedException {
        InFlightBytes busy = new InFlightBytes(1_000);
        CountDownLatch done = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 10_000; round++) {
                    InFlightBytes.Reservation reservation = busy.newReservation();
                    try {
                        reservation.grow(70);
                        reservation.grow(90);
                    } catch (ProblemException full) {
                        assertThat(full.type()).isEqualTo(ProblemType.OVERLOADED);
                    }
                    reservation.release();
                }
                done.countDown();
            });
        }
        done.await();

        assertThat(busy.bytes()).isZero();
    }
}
