package dev.mindfulcode.apigateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BackgroundJobTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final BlockingQueue<Thread> rounds = new LinkedBlockingQueue<>();

    @Test
    void repeatsARoundThatFails() throws InterruptedException {
        BackgroundJob job = new BackgroundJob("test-job", Duration.ofMillis(1), LONG) {
            private int count;

            @Override
            protected Duration round() {
                rounds.add(Thread.currentThread());
                if (count++ % 2 == 0) {
                    throw new IllegalStateException("fails");
                }
                throw new AssertionError("fails as an error");
            }
        };
        job.start();
        Thread first = rounds.take();
        assertThat(rounds.take()).isSameAs(first);
        assertThat(rounds.take()).isSameAs(first);
        job.stop();
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void logsNoMessageOfAFailure() throws InterruptedException {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(BackgroundJob.class);
        logged.start();
        log.addAppender(logged);
        BackgroundJob job = new BackgroundJob("test-job", Duration.ofMillis(1), LONG) {
            @Override
            protected Duration round() {
                rounds.add(Thread.currentThread());
                throw new IllegalStateException(
                        "query failed", new SQLException("Failing row contains (ada)", "23502"));
            }
        };
        job.start();
        rounds.take();
        rounds.take();
        job.stop();
        log.detachAppender(logged);

        assertThat(logged.list.getFirst().getFormattedMessage())
                .contains("test-job", IllegalStateException.class.getName(), "23502")
                .doesNotContain("query failed", "ada");
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
        assertThat(thread.isAlive()).isFalse();
    }
}
