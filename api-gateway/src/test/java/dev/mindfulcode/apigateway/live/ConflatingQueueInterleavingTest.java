package dev.mindfulcode.apigateway.live;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** Runs the queue under the model checker of Lincheck, which explores the interleavings of threads. */
class ConflatingQueueInterleavingTest {

    private static final int INVOCATIONS = Boolean.getBoolean("mindful.full") ? 2_000 : 20;

    @Test
    void deliversEachMessageOnceFromConcurrentProducers() {
        LiveMessage a = new LiveMessage("a", null, new byte[1]);
        LiveMessage b = new LiveMessage("b", null, new byte[1]);
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            ConflatingQueue queue = new ConflatingQueue(new Conflation(), new ReplayBudget(0));
            List<LiveMessage> received = new ArrayList<>(); // the drain loop is serial
            queue.messages().subscribe(received::add);
            Thread first = new Thread(() -> queue.put(a));
            Thread second = new Thread(() -> queue.put(b));
            first.start();
            second.start();
            try {
                first.join();
                second.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (received.size() != 2 || !received.contains(a) || !received.contains(b)) {
                throw new AssertionError("received " + received.size());
            }
        });
    }
}
