package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionAccessLookupTest {

    private final IngestServer server = IngestServer.shared();
    private final SessionAccessLookup sessions = new SessionAccessLookup(server.database);
    private final UUID user = server.newUser();
    private final SessionAccess access = new SessionAccess(user, CollectionLevel.FULL, null);

    @AfterEach
    void close() {
        sessions.close();
    }

    @Test
    void cachesSessions() {
        UUID session = server.newSession(user);

        assertThat(sessions.cached(session)).isNull();
        assertThat(sessions.find(session).join()).hasValue(access);
        Eventually.holds(() -> access.equals(sessions.cached(session)));
    }

    @Test
    void answersNothingFromTheCacheLaterThanAChangeIsInForce() {
        UUID session = server.newSession(user);
        assertThat(sessions.find(session).join()).hasValue(access);

        server.setLevel(user, CollectionLevel.FEATURES);

        assertThat(sessions.cached(session)).isNotEqualTo(access);
        assertThat(sessions.find(session).join().orElseThrow().level()).isEqualTo(CollectionLevel.FEATURES);
    }

    /** A query that was running at a change must neither be used nor cached. */
    @Test
    void readsAgainWhatChangedDuringAQuery() throws SQLException {
        UUID session = server.newSession(user);
        CompletableFuture<Optional<SessionAccess>> held;
        try (Connection blocker = lockedTable()) {
            held = sessions.find(session);
            server.setLevel(user, CollectionLevel.LOCAL);
            assertThat(held).isNotDone();
            blocker.rollback();
        }
        assertThat(held.join().orElseThrow().level()).isEqualTo(CollectionLevel.LOCAL);
        assertThat(sessions.find(session).join().orElseThrow().level()).isEqualTo(CollectionLevel.LOCAL);
    }

    /** The lease: while changes cannot be seen, nothing is answered from memory. */
    @Test
    void stopsAnsweringFromTheCacheWhileSettingsCannotBeRead() throws SQLException {
        UUID session = server.newSession(user);
        assertThat(sessions.find(session).join()).hasValue(access);
        Eventually.holds(() -> sessions.cached(session) != null);
        try (Connection blocker = locked("gateway.privacy_settings")) {
            Eventually.holds(() -> sessions.cached(session) == null);
            blocker.rollback();
        }
        Eventually.holds(() -> sessions.cached(session) != null);
    }

    @Test
    void doesNotCacheUnknownSessions() {
        UUID session = UUID.randomUUID();
        assertThat(sessions.find(session).join()).isEmpty();

        server.start(session, user);

        assertThat(sessions.find(session).join()).hasValue(access);
    }

    /** The user's settings may exclude it since. */
    @Test
    void findsNoSessionThatIsOnlyClaimed() {
        UUID session = UUID.randomUUID();
        server.claim(session, user);

        assertThat(sessions.find(session).join()).isEmpty();
        assertThat(sessions.cached(session)).isNull();
    }

    /** A lookup after the start is answered by a query that starts after it. */
    @Test
    void findsSessionStartedDuringAnotherLookup() {
        for (int round = 0; round < 200; round++) {
            UUID session = UUID.randomUUID();
            sessions.find(session);
            server.start(session, user);

            assertThat(sessions.find(session).join()).hasValue(access);
        }
    }

    @Test
    void answersFloodOfUnknownSessions() {
        UUID known = server.newSession(user);
        List<CompletableFuture<Optional<SessionAccess>>> flood = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            flood.add(sessions.find(UUID.randomUUID()));
        }

        assertThat(sessions.find(known).join()).hasValue(access);
        assertThat(flood).allMatch(answer -> answer.join().isEmpty());
    }

    @Test
    void rejectsLookupsBeyondItsBoundWhileTheDatabaseIsStuck() throws SQLException {
        List<CompletableFuture<Optional<SessionAccess>>> waiting = new ArrayList<>();
        try (Connection blocker = lockedTable()) {
            // One query is stuck with the first lookup; the others are pending.
            waiting.add(sessions.find(UUID.randomUUID()));
            CompletableFuture<Optional<SessionAccess>> refused;
            do {
                refused = sessions.find(UUID.randomUUID());
                waiting.add(refused);
            } while (!refused.isDone());

            CompletableFuture<Optional<SessionAccess>> over = refused;
            assertThat(waiting.size()).isGreaterThan(SessionAccessLookup.PENDING_MAX);
            assertThatThrownBy(over::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            problem -> assertThat(problem.type()).isEqualTo(ProblemType.OVERLOADED));
            blocker.rollback();
        }
        waiting.removeLast();
        assertThat(waiting).allMatch(answer -> answer.join().isEmpty());
    }

    @Test
    void answersCachedSessionsWhileTheDatabaseIsStuck() throws SQLException {
        UUID remembered = server.newSession(user);
        UUID fresh = server.newSession(user);
        assertThat(server.post(user, BatchJson.of(remembered, 0)).statusCode()).isEqualTo(202);
        CompletableFuture<HttpResponse<String>> held;
        try (Connection blocker = lockedTable()) {
            held = server.http.sendAsync(
                    server.request(user)
                            .POST(BodyPublishers.ofString(BatchJson.of(fresh, 0).toString()))
                            .build(),
                    BodyHandlers.ofString());
            for (int sequence = 1; sequence < 50; sequence++) {
                assertThat(server.post(user, BatchJson.of(remembered, sequence)).statusCode())
                        .isEqualTo(202);
            }
            assertThat(held).isNotDone();
            blocker.rollback();
        }
        assertThat(held.join().statusCode()).isEqualTo(202);
    }

    private Connection lockedTable() throws SQLException {
        return locked("gateway.session_owners");
    }

    private Connection locked(String table) throws SQLException {
        Connection connection = server.database.getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }
}
