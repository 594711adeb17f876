package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests authentication of senders; module identity tests the verification of credentials. */
class RequestAuthenticatorTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"Basic dTpw", "Bearer", "Bearer ", "Bearer x", "Bearer mck_", "Bearer a.b.c", "x"})
    void rejectsHeadersWithoutCredential(@Nullable String header) {
        KeystrokesEndpointTest.assertProblem(send(header, 0), ProblemType.UNAUTHENTICATED, null);
    }

    @Test
    void rejectsExpiredTokenWithWhereToRefresh() {
        String token = IngestServer.token(
                user.toString(),
                "mindful-code",
                Instant.now().minusSeconds(60),
                IngestServer.JWT_SECRET,
                JWSAlgorithm.HS256);

        HttpResponse<String> answer = send("Bearer " + token, 0);

        KeystrokesEndpointTest.assertProblem(answer, ProblemType.UNAUTHENTICATED, null);
        assertThat(answer.body()).contains("/api/auth/refresh");
    }

    @Test
    void acceptsApiKeyUntilRevoked() {
        IngestServer.ApiKey key = server.newApiKey(user);
        String header = "Bearer " + key.text();
        assertThat(send(header, 0).statusCode()).isEqualTo(202);
        assertThat(send(header, 1).statusCode()).isEqualTo(202);
        KeystrokesEndpointTest.assertProblem(
                send("Bearer " + server.newApiKey(server.newUser()).text(), 2),
                ProblemType.UNKNOWN_SESSION,
                "session_id");

        server.execute("delete from identity.api_keys where key_id = '" + key.id() + "'");
        server.revoke(key.id());

        long deadlineNs = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        int sequence = 2;
        while (send(header, sequence++).statusCode() != 401) {
            assertThat(System.nanoTime() - deadlineNs).as("revoked in time").isNegative();
        }
    }

    /** With a status on which senders do not drop what they have. */
    @Test
    void rejectsAKeyThatOnlyReads() {
        IngestServer.ApiKey key = server.newApiKey(user);
        server.execute("update identity.api_keys set scope = 'read' where key_id = '" + key.id() + "'");

        HttpResponse<String> answer = send("Bearer " + key.text(), 0);

        KeystrokesEndpointTest.assertProblem(answer, ProblemType.UNAUTHENTICATED, null);
        assertThat(answer.body()).contains("one of the scope ingest");
    }

    private HttpResponse<String> send(@Nullable String authorization, int sequence) {
        var request = java.net.http.HttpRequest.newBuilder(server.uri("/api/keystrokes"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(BatchJson.of(session, sequence).toString()));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return server.send(request);
    }
}
