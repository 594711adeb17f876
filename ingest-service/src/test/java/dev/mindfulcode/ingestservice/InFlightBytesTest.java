package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class InFlightBytesTest {

    private final InFlightBytes inFlight = new InFlightBytes(100);

    @Test
    void refusesWhatDoesNotFitAndTakesItOnceThereIsRoom() {
        InFlightBytes.Share first = inFlight.share();
        InFlightBytes.Share second = inFlight.share();
        first.grow(60);
        second.grow(40);

        assertThatThrownBy(() -> second.grow(1)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.type()).isEqualTo(ProblemType.OVERLOADED);
            assertThat(refusal.retryAfterSeconds()).isPositive();
        });
        first.release();
        second.grow(60);

        assertThat(inFlight.bytes()).isEqualTo(100);
    }

    @Test
    void releasesAShareOnceHoweverOftenItIsGivenBack() {
        InFlightBytes.Share share = inFlight.share();
        share.grow(10);
        inFlight.share().grow(5);

        share.release();
        share.release();

        assertThat(inFlight.bytes()).isEqualTo(5);
    }

    @Test
    void holdsNothingForAShareThatGrowsAfterItWasReleased() {
        InFlightBytes.Share share = inFlight.share();
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
                    InFlightBytes.Share share = busy.share();
                    try {
                        share.grow(70);
                        share.grow(90);
                    } catch (Refusal full) {
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
