package dev.mindfulcode.apigateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class BackgroundJobTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final BlockingQueue<Thread> rounds = new LinkedBlockingQueue<>();

    @Test
    void repeatsARoundThatFails() throws InterruptedException {
        BackgroundJob job = new BackgroundJob("test-job", Duration.ofMillis(1), LONG) {
            @Override
            protected Duration round() {
                rounds.add(Thread.currentThread());
                throw new IllegalStateException("fails");
            }
        };
        job.start();
        Thread first = rounds.take();
        assertThat(rounds.take()).isSameAs(first);
        job.stop();
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void runsARoundWhenWokenAndNoneAfterItsStop() throws InterruptedException {
        BackgroundJob job = new BackgroundJob("test-job", LONG, LONG) {
            @Override
            protected Duration round() {
                rounds.add(Thread.currentThread());
                return LONG;
            }
        };
        job.wake();
        assertThat(job.isRunning()).isFalse();
        job.start();
        job.start();
        Thread thread = rounds.take();
        assertThat(thread.getName()).isEqualTo("test-job");
        assertThat(rounds.take()).as("woken before its start").isSameAs(thread);
        job.wake();
        assertThat(rounds.take()).isSameAs(thread);
        job.stop();
        job.stop();
        assertThat(thread.isAlive()).isFalse();
        assertThat(rounds).isEmpty();

        job.start();
        assertThat(rounds.take()).as("after a restart").isNotSameAs(thread);
        job.stop();
    }

    @Test
    void interruptsARoundThatDoesNotEnd() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        BackgroundJob job = new BackgroundJob("test-job", LONG, Duration.ofMillis(1)) {
            @Override
            protected Duration round() throws InterruptedException {
                rounds.add(Thread.currentThread());
                never.await();
                return LONG;
            }
        };
        job.start();
        Thread thread = rounds.take();
        job.stop();
        thread.join();
        assertThat(thread.isAlive()).isFalse();
    }
}
