package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The projection sleeps half a second at the start of each of its transactions.
 */
class ReadYourWritesTest {

    private static final int PEOPLE = 50;
    private static final int ROUNDS = 4;
    private static final int WRITES_A_ROUND = 5;

    private static final GatewayUnderTest GATEWAY = GatewayUnderTest.shared();

    private final Api api = GATEWAY.api;
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger staleWithoutToken = new AtomicInteger();

    @BeforeAll
    static void slowDown() throws SQLException {
        execute("""
                create function readmodel.sleep_once() returns trigger language plpgsql as $$
                begin
                    if current_setting('mindful.slept', true) is distinct from txid_current()::text then
                        perform pg_sleep(0.5);
                        perform set_config('mindful.slept', txid_current()::text, true);
                    end if;
                    return null;
                end $$;
                create trigger sleep_once before update on readmodel.projection_offsets
                    for each statement execute function readmodel.sleep_once()""");
    }

    @AfterAll
    static void speedUp() throws SQLException {
        execute("drop function readmodel.sleep_once cascade");
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = GATEWAY.connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void seesItsOwnWriteInAThousandReads() throws Exception {
        List<Callable<Void>> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            User user = GATEWAY.user();
            people.add(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    liveASession(user, "round " + round);
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> person : threads.invokeAll(people)) {
                person.get();
            }
        }
        assertThat(reads).hasValue(PEOPLE * ROUNDS * WRITES_A_ROUND).hasValue(1_000);
        assertThat(wrong).isEmpty();
        assertThat(staleWithoutToken.get())
                .as("the same reads without the token: the projection is slow indeed")
                .isGreaterThan(PEOPLE * ROUNDS / 2);
    }

    private void liveASession(User user, String project) {
        Answer started = api.post("/api/sessions/start", user.token(), "{}");
        String path = "/api/sessions/" + started.text("session_id");
        if (api.get("/api/sessions/current", user.token())
                .json()
                .path("sessions")
                .isEmpty()) {
            staleWithoutToken.incrementAndGet();
        }
        reads(user, "/api/sessions/current", started, "\"session_id\":\"" + started.text("session_id"));
        Answer named = api.put(path + "/update", user.token(), "{\"project\": \"" + project + "\"}");
        reads(user, "/api/sessions/history?project=" + project.replace(" ", "%20"), named, started.text("session_id"));
        Instant yesterday = Instant.now().minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        Answer moved = api.patch(path, user.token(), "{\"started_at\": \"" + yesterday + "\"}");
        reads(user, path, moved, yesterday.toString());
        Answer ended = api.patch(
                path,
                user.token(),
                "{\"started_at\": \"" + Instant.now().minusSeconds(60) + "\", \"ended_at\": \"" + Instant.now()
                        + "\"}");
        reads(user, path, ended, "\"status\":\"ended\"");
        Answer deleted = api.delete(path, user.token());
        reads(user, "/api/sessions/history?from=" + yesterday.minusSeconds(1), deleted, "\"sessions\":[]");
    }

    private void reads(User user, String path, Answer write, String expected) {
        Answer read = api.get(path, user.token(), "X-Read-After", write.header("X-Read-After"));
        String body = new String(read.body(), java.nio.charset.StandardCharsets.UTF_8);
        reads.incrementAndGet();
        if (write.status() >= 300 || read.status() != 200 || !body.contains(expected)) {
            wrong.add(path + " answered " + read.status() + " " + body + " and not " + expected + " after " + write);
        }
    }
}
