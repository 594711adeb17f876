package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class SessionOwnerLookupTest {

    private final IngestServer server = IngestServer.shared();
    private final SessionOwnerLookup owners = new SessionOwnerLookup(server.database);
    private final UUID user = server.newUser();

    @AfterEach
    void close() {
        owners.close();
    }

    @Test
    void cachesOwners() {
        UUID session = server.newSession(user);

        assertThat(owners.cached(session)).isNull();
        assertThat(owners.find(session).join()).hasValue(user);
        assertThat(owners.cached(session)).isEqualTo(user);
    }

    @Test
    void doesNotCacheUnknownSessions() {
        UUID session = UUID.randomUUID();
        assertThat(owners.find(session).join()).isEmpty();

        server.claim(session, user);

        assertThat(owners.find(session).join()).hasValue(user);
    }

    /** A lookup after the claim is answered by a query that starts after the claim. */
    @Test
    void findsSessionClaimedDuringAnotherLookup() {
        for (int round = 0; round < 200; round++) {
            UUID session = UUID.randomUUID();
            owners.find(session);
            server.claim(session, user);

            assertThat(owners.find(session).join()).hasValue(user);
        }
    }

    @Test
    void answersFloodOfUnknownSessions() {
        UUID known = server.newSession(user);
        List<CompletableFuture<Optional<UUID>>> flood = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            flood.add(owners.find(UUID.randomUUID()));
        }

        assertThat(owners.find(known).join()).hasValue(user);
        assertThat(flood).allMatch(answer -> answer.join().isEmpty());
    }

    @Test
    void rejectsLookupsBeyondItsBoundWhileTheDatabaseIsStuck() throws SQLException {
        List<CompletableFuture<Optional<UUID>>> waiting = new ArrayList<>();
        try (Connection blocker = lockedTable()) {
            // One query is stuck with the first lookup; the others are pending.
            waiting.add(owners.find(UUID.randomUUID()));
            CompletableFuture<Optional<UUID>> refused;
            do {
                refused = owners.find(UUID.randomUUID());
                waiting.add(refused);
            } while (!refused.isDone());

            CompletableFuture<Optional<UUID>> over = refused;
            assertThat(waiting.size()).isGreaterThan(SessionOwnerLookup.PENDING_MAX);
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
        Connection connection = server.database.getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE gateway.session_owners IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }
}
