package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.typing.Numbers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests of several kinds, interleaved so that all meet the same conditions, at a fixed rate each. Open loop: no
 * response changes when a request is due, and its latency counts from that time. One run per object.
 */
final class ApiRun {

    /** The kinds of requests. The first is the floor: the path of a response without content. */
    enum Kind {
        FLOOR("GET /nothing (404, no token: the floor)", 404),
        HISTORY("GET /api/sessions/history", 200),
        DETECT("POST /api/flow/detect", 200);

        final String title;
        final int status;

        Kind(String title, int status) {
            this.title = title;
            this.status = status;
        }
    }

    private static final int INTERVALS = 100;
    private static final int THREADS = 32;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final int PAST_TIMES = 20;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<Map<Kind, HttpRequest>> requests = new ArrayList<>();
    private final AtomicInteger wrong = new AtomicInteger();

    ApiRun(URI origin, List<Account> accounts) {
        String intervals = IntStream.range(0, INTERVALS)
                .mapToObj(i -> Integer.toString(90 + i * 37 % 160))
                .collect(Collectors.joining(","));
        String detect = "{\"flow_data\":{\"keystroke_intervals\":[" + intervals + "],\"context_switches\":2}}";
        for (Account account : accounts) {
            Map<Kind, HttpRequest> of = new EnumMap<>(Kind.class);
            of.put(
                    Kind.FLOOR,
                    HttpRequest.newBuilder(origin.resolve("/nothing"))
                            .timeout(REQUEST_TIMEOUT)
                            .build());
            of.put(Kind.HISTORY, get(origin, "/api/sessions/history", account));
            of.put(
                    Kind.DETECT,
                    HttpRequest.newBuilder(origin.resolve("/api/flow/detect"))
                            .timeout(REQUEST_TIMEOUT)
                            .header("Authorization", "Bearer " + account.accessToken())
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(detect))
                            .build());
            requests.add(of);
        }
    }

    /** Returns the number of unexpected responses. */
    int wrong() {
        return wrong.get();
    }

    /** Returns latencies in ms by kind. */
    Map<Kind, Numbers> measure(double ratePerKind, int warmupSeconds, int seconds)
            throws InterruptedException, ExecutionException {
        Kind[] kinds = Kind.values();
        double gapNs = 1e9 / (ratePerKind * kinds.length);
        long warmup = Math.round(ratePerKind * kinds.length * warmupSeconds);
        long all = warmup + Math.round(ratePerKind * kinds.length * seconds);
        Map<Kind, Numbers> latencies = new EnumMap<>(Kind.class);
        for (Kind kind : kinds) {
            latencies.put(kind, new Numbers());
        }
        AtomicLong next = new AtomicLong();
        long startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
        try (ExecutorService threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().daemon().factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    for (long tick = next.getAndIncrement(); tick < all; tick = next.getAndIncrement()) {
                        Kind kind = kinds[(int) (tick % kinds.length)];
                        long dueNs = startNs + (long) (tick * gapNs);
                        waitUntil(dueNs);
                        ask(
                                requests.get((int) (tick / kinds.length % requests.size()))
                                        .get(kind),
                                kind.status);
                        double ms = (System.nanoTime() - dueNs) / 1e6;
                        Numbers of = latencies.get(kind);
                        if (tick >= warmup && of != null) {
                            synchronized (of) {
                                of.add(ms);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        }
        return latencies;
    }

    /** Requests the first account's history sequentially. Returns latencies in ms. */
    Numbers past(URI origin, Account heavy, String path) throws IOException, InterruptedException {
        Numbers latencies = new Numbers();
        HttpRequest request = get(origin, path, heavy);
        for (int i = 0; i < PAST_TIMES; i++) {
            long startedNs = System.nanoTime();
            ask(request, 200);
            latencies.add((System.nanoTime() - startedNs) / 1e6);
        }
        return latencies;
    }

    private void ask(@Nullable HttpRequest request, int status) throws IOException, InterruptedException {
        if (request == null
                || http.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode() != status) {
            wrong.incrementAndGet();
        }
    }

    private static HttpRequest get(URI origin, String path, Account account) {
        return HttpRequest.newBuilder(origin.resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .header("Authorization", "Bearer " + account.accessToken())
                .build();
    }

    private static void waitUntil(long dueNs) {
        for (long waitNs = dueNs - System.nanoTime(); waitNs > 0; waitNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(waitNs);
        }
    }
}
