package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

class ConflatingQueueTest {

    private final ConflatingQueue mailbox = new ConflatingQueue();
    private final Client client = new Client();

    private static LiveMessage message(Object about, int number) {
        return new LiveMessage(about, null, new byte[] {(byte) number});
    }

    private static LiveMessage state(Object about, int number) {
        return new LiveMessage(about, "session:" + number, new byte[] {(byte) number});
    }

    @Test
    void keepsTheLatestPerKeyUntilItIsRequested() {
        mailbox.messages().subscribe(client);
        for (int i = 0; i < 100; i++) {
            mailbox.put(message("a", i));
            mailbox.put(message("b", i));
        }
        assertThat(client.seen).isEmpty();
        client.request(1);
        assertThat(client.seen).containsExactly("a99");
        mailbox.put(message("a", 100));
        client.request(10);
        assertThat(client.seen).containsExactly("a99", "b99", "a100");
        mailbox.put(message("a", 101));
        assertThat(client.seen).as("was requested before").endsWith("a101");
    }

    @Test
    void dropsTheOldestBeyondItsBoundAndReportsThat() {
        mailbox.messages().subscribe(client);
        for (int i = 0; i < 1_000; i++) {
            mailbox.put(message(i, i % 100));
        }
        client.request(Long.MAX_VALUE);
        assertThat(client.seen).hasSize(ConflatingQueue.MESSAGES_MAX);
        assertThat(client.abouts).contains("updates_dropped", 999);
        assertThat(client.abouts.stream().filter("updates_dropped"::equals)).hasSize(1);
    }

    @Test
    void keepsMessagesUntilTheClientSubscribes() {
        mailbox.put(message("a", 1));
        client.request = Long.MAX_VALUE;
        mailbox.messages().subscribe(client);
        assertThat(client.seen).containsExactly("a1");
    }

    @Test
    void sendsNoSnapshotAfterANewerState() {
        client.request = Long.MAX_VALUE;
        mailbox.messages().subscribe(client);
        mailbox.put(message("pong", 1));
        mailbox.putSnapshot(state("a", 1));
        mailbox.put(state("a", 2));
        mailbox.putSnapshot(state("a", 1));
        assertThat(client.seen).containsExactly("pong1", "a1", "a2");
    }

    @Test
    void emitsTheLastMessageBeforeCompleting() {
        client.request = Long.MAX_VALUE;
        mailbox.messages().subscribe(client);
        mailbox.end(message("bye", 1));
        mailbox.put(message("a", 1));
        assertThat(client.seen).containsExactly("bye1");
        assertThat(client.completed).isTrue();
    }

    @Test
    void reportsHowLongMessagesArePending() {
        mailbox.messages().subscribe(client);
        long nowNs = System.nanoTime();
        assertThat(mailbox.waitingNs(nowNs)).isZero();
        mailbox.put(message("a", 1));
        assertThat(mailbox.waitingNs(System.nanoTime() + 1_000_000_000)).isGreaterThanOrEqualTo(1_000_000_000);
        client.request(1);
        assertThat(mailbox.waitingNs(System.nanoTime())).isZero();
    }

    @Test
    void losesNoLatestMessageUnderConcurrentWriters() throws InterruptedException {
        mailbox.messages().subscribe(client);
        List<Thread> writers = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int writer = 0; writer < 4; writer++) {
            String about = "w" + writer + "-";
            writers.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                for (int i = 0; i < 10_000; i++) {
                    mailbox.put(message(about, i % 100));
                }
            }));
        }
        Thread reader = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 50_000; i++) {
                client.request(1);
            }
        });
        start.countDown();
        for (Thread writer : writers) {
            writer.join();
        }
        reader.join();
        for (int writer = 0; writer < 4; writer++) {
            String mine = "w" + writer + "-";
            assertThat(client.seen.stream()
                            .filter(text -> text.startsWith(mine))
                            .toList())
                    .last()
                    .isEqualTo(mine + "99");
        }
    }

    private static final class Client extends BaseSubscriber<LiveMessage> {

        final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Object> abouts = new ConcurrentLinkedQueue<>();
        long request;
        volatile boolean completed;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            if (request > 0) {
                subscription.request(request);
            }
        }

        @Override
        protected void hookOnNext(LiveMessage message) {
            seen.add(message.key().toString() + message.json()[0]);
            abouts.add(message.key());
        }

        @Override
        protected void hookOnComplete() {
            completed = true;
        }
    }
}
