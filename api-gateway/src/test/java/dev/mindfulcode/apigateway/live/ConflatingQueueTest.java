package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

class ConflatingQueueTest {

    private final Conflation counts = new Conflation();
    private final ReplayBudget budget = new ReplayBudget(5);
    private final ConflatingQueue mailbox = new ConflatingQueue(counts, budget);
    private final Client client = new Client();

    private static LiveMessage message(Object about, int number) {
        return new LiveMessage(about, null, new byte[] {(byte) number});
    }

    /** A message with an update, whose time is its number. */
    private static LiveMessage at(Object about, int number) {
        LiveUpdate update =
                new LiveUpdate.Session("session_update", new UUID(0, 1), number, new LiveUpdate.StatusChange("active"));
        return new LiveMessage(about, "session:" + number, new byte[] {(byte) number}, update);
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
    void sendsMissedMessagesBeforeThosePendingMeanwhile() {
        client.request = Long.MAX_VALUE;
        mailbox.hold();
        mailbox.messages().subscribe(client);
        mailbox.put(at("a", 4));
        mailbox.put(at("b", 5));
        assertThat(client.seen).isEmpty();
        mailbox.resume(List.of(at("a", 1), at("b", 2), at("a", 3), at("a", 4)));
        assertThat(client.seen).containsExactly("a1", "b2", "a3", "a4", "b5");
        mailbox.put(at("a", 6));
        assertThat(client.seen).endsWith("a6");
        assertThat(budget.pending()).isZero();
    }

    @Test
    void sendsTheLatestMissedMessageBeyondTheBudgetOfAllClients() {
        ConflatingQueue slow = new ConflatingQueue(counts, budget);
        slow.resume(List.of(at("a", 1), at("a", 2), at("a", 3), at("a", 4)));
        mailbox.hold();
        mailbox.messages().subscribe(client);
        client.request(Long.MAX_VALUE);
        mailbox.resume(List.of(at("a", 1), at("a", 2)));
        assertThat(client.seen).containsExactly("a2");
        slow.close();
        assertThat(budget.pending()).isZero();
        slow.resume(List.of(at("a", 1)));
        assertThat(budget.pending()).as("after its client left").isZero();
    }

    @Test
    void endsWhileMissedMessagesAreRead() {
        client.request = Long.MAX_VALUE;
        mailbox.hold();
        mailbox.messages().subscribe(client);
        mailbox.end(message("bye", 1));
        mailbox.resume(List.of(at("a", 1)));
        assertThat(client.seen).containsExactly("bye1");
        assertThat(client.completed).isTrue();
    }

    @Test
    void countsWhatSlowClientsDoNotGet() {
        mailbox.put(message("a", 1));
        mailbox.put(message("a", 2));
        mailbox.put(LiveMessage.HEARTBEAT);
        mailbox.put(LiveMessage.HEARTBEAT);
        assertThat(counts.replaced()).isEqualTo(1);
        for (int i = 0; i < ConflatingQueue.MESSAGES_MAX; i++) {
            mailbox.put(message(i, i));
        }
        assertThat(counts.dropped()).isEqualTo(3);
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
