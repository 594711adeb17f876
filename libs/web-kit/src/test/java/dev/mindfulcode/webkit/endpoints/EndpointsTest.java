package dev.mindfulcode.webkit.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemResponses;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Endpoints on a web server without a Spring context. */
class EndpointsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Endpoints ENDPOINTS = new Endpoints()
            .add(Endpoint.get("/things/{id}").readAfter(), EndpointsTest::describe)
            .add(Endpoint.delete("/things/{id}").access(Access.OPERATOR), EndpointsTest::describe)
            .add(Endpoint.get("/things/latest"), EndpointsTest::describe)
            .add(Endpoint.post("/things").access(Access.USER_OR_INGEST_KEY), EndpointsTest::describe)
            .add(Endpoint.get("/things/{id}/parts/{part}").access(Access.PUBLIC), EndpointsTest::describe);

    private static final DisposableServer SERVER = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(
                    ENDPOINTS.router((request, response) -> {
                        request.exchange().getResponse().getHeaders().set("X-Waited", "yes");
                        return response;
                    }),
                    HandlerStrategies.builder()
                            .webFilter(ENDPOINTS.filter())
                            .webFilter(authentication())
                            .exceptionHandler((exchange, e) ->
                                    ProblemResponses.write(exchange.getResponse(), (ProblemException) e))
                            .build())))
            .bindNow(TIMEOUT);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @AfterAll
    static void stop() {
        CLIENT.close();
        SERVER.disposeNow(TIMEOUT);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /things/7, GET /things/{id} {id=7} USER",
        "GET, /things/latest, GET /things/latest {} USER",
        "GET, /things/a%20b, GET /things/{id} {id=a b} USER",
        "POST, /things, POST /things {} USER_OR_INGEST_KEY",
        "DELETE, /things/7, DELETE /things/{id} {id=7} OPERATOR",
        "GET, /things/7/parts/8, 'GET /things/{id}/parts/{part} {id=7, part=8} PUBLIC'"
    })
    void routesToTheDeclaredEndpoint(String method, String path, String expected) throws Exception {
        assertThat(send(method, path).body()).isEqualTo(expected);
    }

    @Test
    void servesHeadLikeGet() throws Exception {
        HttpResponse<String> response = send("HEAD", "/things/7");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void listsTheMethodsOfAPath() throws Exception {
        HttpResponse<String> response = send("OPTIONS", "/things/7");
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("Allow")).hasValue("DELETE, GET, HEAD, OPTIONS");
        assertThat(response.headers().firstValue("X-Access")).hasValue("PUBLIC");
    }

    @Test
    void rejectsOtherMethodsOfAPath() throws Exception {
        HttpResponse<String> response = send("PUT", "/things/7");
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("DELETE, GET, HEAD, OPTIONS");
        assertThat(response.body()).contains("method-not-allowed");
        assertThat(response.headers().firstValue("X-Access"))
                .as("like the endpoint declared first")
                .hasValue("USER");
    }

    @ParameterizedTest
    @CsvSource({"/", "/thing", "/things/7/parts", "/things/7/parts/8/9", "/things/"})
    void doesNotMatchOtherPaths(String path) throws Exception {
        assertThat(send("GET", path).headers().firstValue("X-Access")).hasValue("none");
    }

    @Test
    void waitsForReadsAfterWritesOfAuthenticatedClients() throws Exception {
        assertThat(send("GET", "/things/7").headers().firstValue("X-Waited")).isEmpty();
        assertThat(send("GET", "/things/7", "X-User", "ada").headers().firstValue("X-Waited"))
                .hasValue("yes");
        assertThat(send("GET", "/things/latest", "X-User", "ada").headers().firstValue("X-Waited"))
                .as("not declared")
                .isEmpty();
    }

    @Test
    void rejectsADuplicateDeclaration() {
        Endpoints endpoints = new Endpoints().add(Endpoint.get("/a"), EndpointsTest::describe);
        assertThatThrownBy(() -> endpoints.add(Endpoint.get("/a"), EndpointsTest::describe))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GET /a");
    }

    private static Mono<ServerResponse> describe(ServerRequest request) {
        Endpoint endpoint = Endpoints.find(request.exchange());
        return ServerResponse.ok()
                .bodyValue(
                        endpoint == null
                                ? "none"
                                : endpoint.name() + " " + new TreeMap<>(request.pathVariables()) + " "
                                        + endpoint.access());
    }

    /** Authenticates the user of the header X-User, and shows the declared access. */
    private static WebFilter authentication() {
        return (exchange, chain) -> {
            String user = exchange.getRequest().getHeaders().getFirst("X-User");
            Access access = Endpoints.access(exchange);
            exchange.getResponse().getHeaders().set("X-Access", access == null ? "none" : access.name());
            Mono<Principal> principal = user == null ? Mono.empty() : Mono.just(() -> user);
            return chain.filter(exchange.mutate().principal(principal).build())
                    .onErrorResume(
                            e -> !(e instanceof ProblemException),
                            e -> exchange.getResponse().setComplete());
        };
    }

    private static HttpResponse<String> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SERVER.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
