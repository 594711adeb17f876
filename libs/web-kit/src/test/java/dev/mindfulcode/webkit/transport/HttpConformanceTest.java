package dev.mindfulcode.webkit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.RawHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** RFC 9112 over real connections. */
class HttpConformanceTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init")
    private static DisposableServer server;

    @BeforeAll
    static void serve() {
        server = HttpTransport.configure(
                        HttpServer.create().host("127.0.0.1").port(0), ConnectionLimits.STANDARD, new AtomicInteger())
                .route(routes -> routes.get(
                                "/echo",
                                (request, response) -> response.sendString(reactor.core.publisher.Mono.just(
                                        request.requestHeaders().get("X-Echo", "") + "@"
                                                + request.requestHeaders().get("Host"))))
                        .get(
                                "/stream",
                                (_, response) -> response.sendString(
                                        Flux.just("a", "b", "c").delayElements(Duration.ofMillis(5))))
                        .get(
                                "/",
                                (request, response) ->
                                        response.sendString(reactor.core.publisher.Mono.just("root?" + request.uri())))
                        .post(
                                "/body",
                                (request, response) -> response.sendString(
                                        request.receive().aggregate().asString())))
                .bindNow(TIMEOUT);
    }

    @AfterAll
    static void stop() {
        server.disposeNow(TIMEOUT);
    }

    @Test
    void servesHttp10WithoutHostAndCloses() throws IOException {
        try (RawHttp client = send("GET /echo HTTP/1.0\r\nX-Echo: a\r\n\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(answer.body()).startsWith("a@");
            assertThat(answer.field("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void keepsHttp10ConnectionsAliveOnRequest() throws IOException {
        try (RawHttp client = send("GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\nX-Echo: a\r\n\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.field("Connection")).isEqualTo("keep-alive");
            assertThat(client.send("GET /echo HTTP/1.0\r\nX-Echo: b\r\n\r\n")
                            .answer()
                            .body())
                    .startsWith("b@");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: keep-alive\r\n"})
    void sendsNoChunksToHttp10AndEndsTheBodyWithTheConnection(String connection) throws IOException {
        try (RawHttp client = send("GET /stream HTTP/1.0\r\n" + connection + "\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.field("Transfer-Encoding")).isNull();
            assertThat(answer.field("Content-Length")).isNull();
            assertThat(answer.field("Connection")).isEqualTo("close");
            assertThat(answer.body()).isEqualTo("abc");
        }
        try (RawHttp client = send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.field("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(answer.body()).isEqualTo("abc");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /echo HTTP/1.1\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /echo HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: user@a\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a:80x\r\n\r\n",
                "GET http:///echo HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET http://user@x/echo HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET ftp://x/echo HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET echo HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /echo HTTP/1.1\r\n Host: x\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost : x\r\n\r\n",
                "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
                "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /echo\r\n\r\n"
            })
    void rejectsMalformedRequestsAndCloses(String request) throws IOException {
        try (RawHttp client = send(request)) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 400 Bad Request");
            assertThat(answer.field("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"x", "x:80", "''", "[::1]:3001", "[::1]", "127.0.0.1:1", "exa-mple.org:", "xn--strae-oqa.example"})
    void acceptsEveryValidHost(String host) throws IOException {
        try (RawHttp client = send("GET /echo HTTP/1.1\r\nHost: " + host + "\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET http://other:81/echo HTTP/1.1 | 200 | @other:81",
                "GET HTTP://other/echo HTTP/1.1 | 200 | @other",
                "GET https://[::1]:5/echo HTTP/1.1 | 200 | @[::1]:5",
                "GET http://other HTTP/1.1 | 200 | root?/",
                "GET http://other?a=1 HTTP/1.1 | 200 | root?/?a=1"
            })
    void usesHostAndPathOfAbsoluteTargets(String line, int status, String body) throws IOException {
        try (RawHttp client = send(line + "\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BREW /echo HTTP/1.1,501",
        "TRACE /echo HTTP/1.1,501",
        "CONNECT x:80 HTTP/1.1,501",
        "get /echo HTTP/1.1,501",
        "HEAD /missing HTTP/1.1,404",
        "GET /echo HTTP/1.9,200",
        "GET /echo HTTP/3.0,505"
    })
    void checksMethodsAndVersions(String line, int status) throws IOException {
        try (RawHttp client = send(line + "\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer answer = client.answer(line.startsWith("HEAD"));
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.statusLine()).startsWith("HTTP/1.1 ");
        }
    }

    @Test
    void rejectsUnknownTransferCodings() throws IOException {
        try (RawHttp client = send("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(501);
            assertThat(client.isClosed()).isTrue();
        }
        try (RawHttp client = send("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n")) {
            assertThat(client.answer().body()).isEqualTo("abc");
        }
    }

    @Test
    void unfoldsHeaderFields() throws IOException {
        try (RawHttp client = send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Echo: a\r\n \t b\r\n\r\n")) {
            assertThat(client.answer().body()).isEqualTo("a b@x");
        }
    }

    @Test
    void ignoresEmptyLinesBeforeARequest() throws IOException {
        try (RawHttp client = send("\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void answersPipelinedRequestsUntilClose() throws IOException {
        try (RawHttp client = send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
                + "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /echo HTTP/1.1\r\nHost: x\r\nX-Echo: last\r\nConnection: close\r\n\r\n"
                + "GET /echo HTTP/1.1\r\nHost: x\r\nX-Echo: never\r\n\r\n")) {
            assertThat(client.answer().body()).isEqualTo("abc");
            assertThat(client.answer().body()).isEqualTo("abc");
            RawHttp.Answer last = client.answer();
            assertThat(last.body()).isEqualTo("last@x");
            assertThat(last.field("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void answersRequestsBeforeAMalformedOne() throws IOException {
        try (RawHttp client = send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\n\r\n")) {
            assertThat(client.answer().body()).isEqualTo("abc");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void sendsContinueToHttp11Only() throws IOException {
        try (RawHttp client =
                send("POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("abc").answer().body()).isEqualTo("abc");
        }
        try (RawHttp client = send("POST /body HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")) {
            assertThat(client.answer().body()).isEqualTo("abc");
        }
    }

    @Test
    void closesHttp11ConnectionsOnRequest() throws IOException {
        try (RawHttp client = send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
            assertThat(client.answer().field("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
        try (RawHttp client = send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(client.answer().field("Connection")).isNull();
            assertThat(client.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void answersServerWideOptions() throws IOException {
        try (RawHttp client = send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.field("Allow")).contains("GET", "HEAD", "OPTIONS");
        }
    }

    private static RawHttp send(String request) throws IOException {
        return new RawHttp(server.port()).send(request);
    }
}
