import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Types through the front door while somebody else causes faults, and compares what was accepted with the read model.
 *
 * <p>Arguments: address, people, keystrokes per second of all together. Commands on standard input, a line each:
 *
 * <ul>
 *   <li>{@code begin NAME}: a fault is about to begin.
 *   <li>{@code clock MS}: from now on the people's clocks are ahead by so much.
 *   <li>{@code over}: the fault has ended. Waits until everybody's newest keystrokes are in the read model again, stops
 *       the typing, compares, prints a row of a Markdown table with {@code ok} or {@code FAILED} at its end, and types
 *       on.
 * </ul>
 *
 * <p>A person sends as docs/sending-keystrokes.md demands: same ids until there is an answer.
 */
public final class Chaos {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final long TICK_MS = 500;
    private static final int BATCHES_MAX = 100;
    private static final Duration SIGN_IN_MAX = Duration.ofMinutes(3);

    /** Streams commit every five seconds under load; a person whose keystrokes take longer is not served. */
    private static final long CURRENT_MS = 10_000;

    /** For so long everybody must be served before a fault counts as overcome. */
    private static final long STEADY_MS = 5_000;

    private static final long RECOVERY_MS_MAX = 240_000;
    private static final long RECONCILIATION_MS_MAX = 180_000;

    /** Time after which a second count of the same keystrokes would have appeared. */
    private static final long SECOND_LOOK_MS = 3_000;

    private static final Pattern KEYSTROKES = Pattern.compile("\"keystrokes\":(\\d+)");
    private static final Pattern REJECTED = Pattern.compile("\"rejected\":\\[\\s*]");
    private static final Pattern ACCESS_TOKEN = Pattern.compile("\"access_token\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_TIMEOUT)
            .build();
    private final String url;
    private final SortedMap<String, Integer> failures = Collections.synchronizedSortedMap(new TreeMap<>());
    private volatile long clockAheadMs;
    private volatile boolean isTyping = true;

    private Chaos(String url) {
        this.url = url;
    }

    private record Typed(String json, int keystrokes, long atNs) {}

    /** Keystrokes up to a number, and when the last of them was typed. */
    private record Mark(long keystrokes, long atNs) {}

    private final class Person {

        private final String email = "chaos-" + randomId() + "@example.org";
        private final String password = randomId() + "-" + randomId();
        private final String session = randomId();
        private final Instant from = Instant.now().minusSeconds(86_400);
        private final int keystrokesOfBatch;
        private final Deque<Typed> queue = new ArrayDeque<>();
        private final Deque<Mark> unseen = new ArrayDeque<>();
        private volatile String token = "";
        private long sequence;
        private long typed;
        private long accepted;
        private long rejected;
        private long inSession;
        private long inMinutes;
        private long longestWaitMs;
        private long seenAtNs = System.nanoTime();

        Person(int keystrokesOfBatch) {
            this.keystrokesOfBatch = keystrokesOfBatch;
        }

        void signIn() throws InterruptedException {
            String credentials = "{\"email\":\"" + email + "\",\"password\":\"" + password + "\"}";
            repeat("/api/auth/register", credentials);
            repeat(
                    "/api/sessions/start",
                    "{\"session_id\":\"" + session + "\",\"started_at\":\"" + Instant.now()
                            + "\",\"project\":\"chaos\",\"language\":\"java\",\"editor\":\"chaos\"}");
        }

        private void repeat(String path, String body) throws InterruptedException {
            long until = System.nanoTime() + SIGN_IN_MAX.toNanos();
            while (true) {
                HttpResponse<String> response = send("POST", path, token, body);
                if (response != null && (response.statusCode() / 100 == 2 || response.statusCode() == 409)) {
                    Matcher issued = ACCESS_TOKEN.matcher(response.body());
                    if (issued.find()) {
                        token = issued.group(1);
                    }
                    return;
                }
                if (System.nanoTime() > until) {
                    throw new IllegalStateException(path + " does not succeed: "
                            + (response == null ? "no answer" : response.statusCode() + " " + response.body()));
                }
                Thread.sleep(500);
            }
        }

        private void renew() throws InterruptedException {
            HttpResponse<String> response = send(
                    "POST", "/api/auth/login", "", "{\"email\":\"" + email + "\",\"password\":\"" + password + "\"}");
            if (response != null) {
                Matcher issued = ACCESS_TOKEN.matcher(response.body());
                if (issued.find()) {
                    token = issued.group(1);
                }
            }
        }

        synchronized void type() {
            if (!isTyping) {
                return;
            }
            long startedAtMs = System.currentTimeMillis() + clockAheadMs - TICK_MS;
            StringBuilder json = new StringBuilder("{\"batch_id\":\"").append(randomId());
            json.append("\",\"session_id\":\"").append(session);
            json.append("\",\"sequence\":").append(sequence++);
            json.append(",\"started_at\":").append(startedAtMs);
            json.append(",\"intervals_ms\":[0");
            json.append((",%d".formatted(TICK_MS / (keystrokesOfBatch + 1))).repeat(keystrokesOfBatch - 1));
            json.append("],\"key_classes\":\"").append("L".repeat(keystrokesOfBatch)).append("\"}");
            long now = System.nanoTime();
            queue.add(new Typed(json.toString(), keystrokesOfBatch, now));
            typed += keystrokesOfBatch;
            unseen.add(new Mark(typed, now));
        }

        /** Sends what waits in one upload; returns how long to wait before the next one. */
        long upload() throws InterruptedException {
            List<Typed> batches = new ArrayList<>();
            synchronized (this) {
                for (Typed batch : queue) {
                    if (batches.size() < BATCHES_MAX) {
                        batches.add(batch);
                    }
                }
            }
            if (batches.isEmpty()) {
                return TICK_MS / 5;
            }
            String body = "{\"sent_at\":" + (System.currentTimeMillis() + clockAheadMs) + ",\"batches\":["
                    + String.join(",", batches.stream().map(Typed::json).toList()) + "]}";
            HttpResponse<String> response = send("POST", "/api/keystrokes", token, body);
            if (response == null) {
                return TICK_MS;
            }
            int status = response.statusCode();
            if (status == 401) {
                renew();
            }
            if (status == 401 || status == 408 || status == 429 || status >= 500) {
                return Math.max(TICK_MS, retryAfterMs(response));
            }
            int keystrokes = batches.stream().mapToInt(Typed::keystrokes).sum();
            boolean isWhole = status == 202 && REJECTED.matcher(response.body()).find();
            if (!isWhole) {
                System.err.println("upload answered " + status + ": " + response.body());
            }
            synchronized (this) {
                for (int i = 0; i < batches.size(); i++) {
                    queue.remove();
                }
                accepted += isWhole ? keystrokes : 0;
                rejected += isWhole ? 0 : keystrokes;
            }
            return 0;
        }

        void look() throws InterruptedException {
            // Of the primary, and of the replica.
            long session = sumOf("/api/sessions/" + this.session);
            long minutes = sumOf("/api/flow/minutes?from=" + from + "&to=" + from.plus(Duration.ofDays(3)));
            long now = System.nanoTime();
            synchronized (this) {
                inSession = session < 0 ? inSession : session;
                inMinutes = minutes < 0 ? inMinutes : minutes;
                longestWaitMs = Math.max(longestWaitMs, waitMs(now));
                long seen = Math.min(inSession, inMinutes) + rejected;
                while (!unseen.isEmpty() && unseen.peek().keystrokes() <= seen) {
                    seenAtNs = unseen.remove().atNs();
                }
            }
        }

        private long sumOf(String path) throws InterruptedException {
            HttpResponse<String> response = send("GET", path, token, "");
            if (response == null || response.statusCode() != 200) {
                if (response != null && response.statusCode() == 401) {
                    renew();
                }
                return -1;
            }
            long sum = 0;
            Matcher found = KEYSTROKES.matcher(response.body());
            while (found.find()) {
                sum += Long.parseLong(found.group(1));
            }
            return sum;
        }

        synchronized long waitMs(long nowNs) {
            return unseen.isEmpty() ? 0 : (nowNs - unseen.peek().atNs()) / 1_000_000;
        }

        /** Whether no keystroke has waited for long, and one that was typed after an instant is there. */
        synchronized boolean isCurrent(long afterNs, long nowNs) {
            return waitMs(nowNs) < CURRENT_MS && seenAtNs > afterNs;
        }

        @Override
        public synchronized String toString() {
            return "%d typed, %d accepted, %d in the session, %d in minutes"
                    .formatted(typed, accepted, inSession, inMinutes);
        }

        synchronized boolean isReconciled() {
            return queue.isEmpty() && accepted == inSession && accepted == inMinutes;
        }

        synchronized long accepted() {
            return accepted;
        }

        synchronized long rejected() {
            return rejected;
        }

        synchronized long inSession() {
            return inSession;
        }

        synchronized long inMinutes() {
            return inMinutes;
        }

        synchronized long takeLongestWaitMs() {
            long longest = longestWaitMs;
            longestWaitMs = 0;
            return longest;
        }
    }

    public static void main(String[] arguments) throws Exception {
        int people = Integer.parseInt(arguments[1]);
        int rate = Integer.parseInt(arguments[2]);
        new Chaos(arguments[0]).run(people, Math.max(1, (int) Math.round(rate * TICK_MS / 1e3 / people)));
    }

    private void run(int count, int keystrokesOfBatch) throws Exception {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Person person = new Person(keystrokesOfBatch);
            person.signIn();
            people.add(person);
        }
        for (Person person : people) {
            every(TICK_MS, person::type);
            Thread.ofVirtual().start(() -> forever(() -> Thread.sleep(person.upload())));
            Thread.ofVirtual().start(() -> forever(() -> {
                person.look();
                Thread.sleep(2 * TICK_MS);
            }));
        }
        System.out.println("ready");
        long beganNs = System.nanoTime();
        String name = "";
        long before = 0;
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (line.startsWith("begin ")) {
                name = line.substring(6);
                before = sum(people, Person::accepted);
                people.forEach(Person::takeLongestWaitMs);
                failures.clear();
                beganNs = System.nanoTime();
            } else if (line.startsWith("clock ")) {
                clockAheadMs = Long.parseLong(line.substring(6));
            } else {
                System.out.println(row(people, name, before, beganNs, System.nanoTime()));
            }
        }
        System.exit(0);
    }

    private String row(List<Person> people, String name, long before, long beganNs, long overNs)
            throws InterruptedException {
        long recoveredMs = recoveredMs(people, overNs);
        double seconds = (System.nanoTime() - beganNs) / 1e9;
        long longestWaitMs = people.stream().mapToLong(Person::takeLongestWaitMs).max().orElse(0);
        isTyping = false;
        boolean isEqual = await(RECONCILIATION_MS_MAX, () -> people.stream().allMatch(Person::isReconciled));
        Thread.sleep(SECOND_LOOK_MS);
        isEqual &= people.stream().allMatch(Person::isReconciled);
        long accepted = sum(people, Person::accepted);
        boolean isOk = isEqual && recoveredMs >= 0 && sum(people, Person::rejected) == 0;
        String row = String.format(
                Locale.ROOT,
                "| %s | %.0f | %,d | %+d | %.0f s | %s | %s | %s |",
                name,
                (accepted - before) / seconds,
                accepted - before,
                (sum(people, Person::inSession) - accepted) + (sum(people, Person::inMinutes) - accepted),
                longestWaitMs / 1e3,
                recoveredMs < 0 ? "not" : String.format(Locale.ROOT, "%.0f s", recoveredMs / 1e3),
                failures.isEmpty() ? "none" : failures.toString().replaceAll("[{}]", ""),
                isOk ? "ok" : "FAILED");
        isTyping = true;
        return row;
    }

    /** Returns the time since an instant after which everybody was served and stayed served; -1 if never. */
    private static long recoveredMs(List<Person> people, long overNs) throws InterruptedException {
        long servedSinceNs = 0;
        while (System.nanoTime() - overNs < RECOVERY_MS_MAX * 1_000_000) {
            long now = System.nanoTime();
            boolean isServed = people.stream().allMatch(person -> person.isCurrent(overNs, now));
            if (!isServed) {
                servedSinceNs = 0;
            } else if (servedSinceNs == 0) {
                servedSinceNs = now;
            } else if (now - servedSinceNs > STEADY_MS * 1_000_000) {
                return (servedSinceNs - overNs) / 1_000_000;
            }
            Thread.sleep(100);
        }
        people.forEach(person -> System.err.println("not served: " + person));
        return -1;
    }

    private static long sum(List<Person> people, ToLongFunction<Person> of) {
        return people.stream().mapToLong(of).sum();
    }

    private static boolean await(long msMax, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + msMax * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            Thread.sleep(200);
        }
        return true;
    }

    /** Returns null without an answer. */
    private HttpResponse<String> send(String method, String path, String token, String body)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(REQUEST_TIMEOUT)
                .header("content-type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2 && response.statusCode() != 401) {
                failures.merge(Integer.toString(response.statusCode()), 1, Integer::sum);
                if (response.statusCode() == 500) {
                    System.err.println(method + " " + path + " answered 500: " + response.body());
                }
            }
            return response;
        } catch (IOException e) {
            failures.merge("no answer", 1, Integer::sum);
            return null;
        }
    }

    private static long retryAfterMs(HttpResponse<String> response) {
        return response.headers()
                .firstValue("retry-after")
                .filter(seconds -> seconds.matches("\\d{1,3}"))
                .map(seconds -> Long.parseLong(seconds) * 1_000)
                .orElse(0L);
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static void forever(Step step) {
        try {
            while (true) {
                step.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void every(long ms, Runnable step) {
        Thread.ofVirtual().start(() -> forever(() -> {
            Thread.sleep(ms);
            step.run();
        }));
    }

    /** A UUIDv7. */
    private static String randomId() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        long ms = System.currentTimeMillis();
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (ms >>> (40 - 8 * i));
        }
        bytes[6] = (byte) (0x70 | bytes[6] & 0x0F);
        bytes[8] = (byte) (0x80 | bytes[8] & 0x3F);
        String hex = HexFormat.of().formatHex(bytes);
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
    }
}
