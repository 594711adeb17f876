package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.RawHttp;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plain HTTP/1.x clients over raw connections: HttpConformanceTest covers RFC 9112, this test its effect on endpoints.
 */
class PlainHttpTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final String field = "Authorization: Bearer " + gateway.user().token() + "\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/",
                "{assets}/js/main.js",
                "/docs",
                "/metrics",
                "/api/account",
                "/api/flow/stream",
                "/missing"
            })
    void servesHttp10WithoutHostAndWithoutChunks(String path) throws IOException {
        try (RawHttp client = send("GET " + path + " HTTP/1.0\r\n" + field + "\r\n")) {
            if (path.endsWith("/stream")) {
                assertThat(head(client)).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("transfer-encoding");
                return;
            }
            RawHttp.Answer answer = client.answer();
            assertThat(answer.statusLine()).startsWith("HTTP/1.1 ");
            assertThat(answer.status()).isEqualTo(path.equals("/missing") ? 404 : 200);
            assertThat(answer.field("Transfer-Encoding")).isNull();
            assertThat(answer.body()).isNotEmpty();
            assertThat(client.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n"
            })
    void rejectsHttp11WithoutOneHost(String request) throws IOException {
        try (RawHttp client = send(request)) {
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void answersPipelinedRequests() throws IOException {
        try (RawHttp client = send("GET /api/sessions/history HTTP/1.1\r\nHost: x\r\n" + field + "\r\n"
                + "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
            assertThat(client.answer().body()).contains("sessions");
            assertThat(client.answer().status()).isEqualTo(404);
            assertThat(client.answer().body()).contains("status");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void sendsContinueOnlyToAuthorisedClients() throws IOException {
        String body = "{\"name\": \"x\"}";
        String request =
                "PATCH /api/account HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.length() + "\r\n";
        try (RawHttp client = send(request + field + "\r\n")) {
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send(body).answer().status()).isEqualTo(200);
        }
        try (RawHttp client = send(request + "\r\n")) {
            assertThat(client.answer().status()).isEqualTo(401);
        }
    }

    @Test
    void acceptsAbsoluteTargets() throws IOException {
        try (RawHttp client = send("GET http://localhost/api/sessions/history?limit=1 HTTP/1.1\r\nHost: x\r\n" + field
                + "\r\nGET http://localhost HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(client.answer().body()).contains("sessions");
            assertThat(client.answer().field("Content-Type")).isEqualTo("text/html");
        }
    }

    @Test
    void doesNotUpgradeHttp10() throws IOException {
        try (RawHttp client = send("GET /ws HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + field
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /health | 405 | GET, HEAD, OPTIONS",
                "POST / | 405 | GET, HEAD, OPTIONS",
                "POST {assets}/js/main.js | 405 | GET, HEAD, OPTIONS",
                "POST /docs | 405 | GET, HEAD, OPTIONS",
                "GET /api/auth/login | 405 | OPTIONS, POST",
                "HEAD /api/auth/login | 405 | OPTIONS, POST",
                "DELETE /api/account | 405 | GET, HEAD, OPTIONS, PATCH",
                "PUT /graphql | 405 | GET, HEAD, OPTIONS, POST",
                "OPTIONS /api/account | 204 | GET, HEAD, OPTIONS, PATCH",
                "OPTIONS /health | 204 | GET, HEAD, OPTIONS",
                "OPTIONS / | 204 | GET, HEAD, OPTIONS",
                "OPTIONS {assets}/js/main.js | 204 | GET, HEAD, OPTIONS",
                "POST /missing | 404 | ",
                "OPTIONS /missing | 404 | ",
                "BREW /health | 501 | "
            })
    void listsTheMethodsOfAPath(String line, int status, @Nullable String allow) throws IOException {
        String credential = line.startsWith("OPTIONS") || line.contains("/auth/") ? "" : field;
        try (RawHttp client = send(line + " HTTP/1.1\r\nHost: x\r\n" + credential + "\r\n")) {
            RawHttp.Answer answer = client.answer(line.startsWith("HEAD"));
            assertThat(answer.status()).isEqualTo(status);
            String allowed = answer.field("Allow");
            assertThat(allowed == null ? null : Set.of(allowed.split(", *")))
                    .isEqualTo(allow == null ? null : Set.of(allow.split(", ")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "{assets}/js/main.js",
                "/docs",
                "/v3/api-docs",
                "/api/account",
                "/api/nothing",
                "/.well-known/jwks.json"
            })
    void answersHeadWithTheFieldsOfGet(String path) throws IOException {
        try (RawHttp client = send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\nHEAD " + path
                + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer get = client.answer();
            RawHttp.Answer head = client.answer(true);
            assertThat(head.status()).isEqualTo(get.status());
            for (String name : new String[] {
                "Content-Type", "Content-Length", "Cache-Control", "Content-Security-Policy", "Accept-Ranges"
            }) {
                assertThat(head.field(name)).as(name).isEqualTo(get.field(name));
            }
            assertThat(head.field("Content-Length")).isNotNull();
            assertThat(client.answer().body())
                    .as("the next response, after no body")
                    .contains("status");
        }
    }

    private static String head(RawHttp client) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) client.in().read());
        }
        return head.toString();
    }

    private RawHttp send(String request) throws IOException {
        String path = request.contains("{assets}") ? "/" + GatewayUnderTest.dashboardAssets(gateway.api) : "";
        return new RawHttp(GatewayUnderTest.port(gateway.context)).send(request.replace("{assets}", path));
    }
}
