package dev.mindfulcode.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.mindfulcode.webkit.limits.CidrBlock;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.client.HttpClient;

/** Runs against real servers on this machine. */
class WebhookSenderTest {

    private static final byte[] BODY = "{\"type\":\"team_alert\"}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final PublicAddresses LOOPBACK = new PublicAddresses(CidrBlock.parseAll("v", "127.0.0.0/8,::1"));

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer server = server();

    @BeforeEach
    void serve() {
        server.createContext("/hook", exchange -> answer(exchange, 204));
        server.createContext("/busy", exchange -> answer(exchange, 503));
        server.createContext("/gone", exchange -> answer(exchange, 410));
        server.createContext("/elsewhere", exchange -> {
            exchange.getResponseHeaders().set("Location", url("/hook"));
            answer(exchange, 307);
        });
        server.createContext("/silent", exchange -> {
            // Sends nothing while the test lasts.
        });
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[64 * 1024];
            try (var body = exchange.getResponseBody()) {
                for (int i = 0; i < 16_384; i++) {
                    body.write(block);
                }
                received.add(new Received("/endless", "", "", "", new byte[0]));
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void signsAsTheStandardRequires() throws Exception {
        assertThat(send(LOOPBACK, url("/hook"))).isEqualTo(new WebhookOutcome.Delivered());

        Received got = received.getFirst();
        assertThat(got.body()).isEqualTo(BODY);
        assertThat(got.id()).isEqualTo("message-1");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        mac.update((got.id() + "." + got.timestamp() + ".").getBytes(StandardCharsets.UTF_8));
        assertThat(got.signature()).isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(got.body())));
        assertThat(Long.parseLong(got.timestamp()))
                .isCloseTo(Clock.systemUTC().instant().getEpochSecond(), org.assertj.core.api.Assertions.within(60L));
    }

    @Test
    void retriesErrorsButNotGone() {
        assertThat(send(LOOPBACK, url("/busy"))).isEqualTo(new WebhookOutcome.Failed("status_503"));
        assertThat(send(LOOPBACK, url("/gone"))).isEqualTo(new WebhookOutcome.PermanentFailure("status_410"));
    }

    @Test
    void doesNotFollowRedirects() {
        assertThat(send(LOOPBACK, url("/elsewhere"))).isEqualTo(new WebhookOutcome.Failed("status_307"));
        assertThat(received).extracting(Received::path).containsExactly("/elsewhere");
    }

    @Test
    void timesOutOnASilentServer() {
        assertThat(send(LOOPBACK, url("/silent"), http -> http.responseTimeout(Duration.ofMillis(300))))
                .isEqualTo(new WebhookOutcome.Failed("timeout"));
    }

    @Test
    void doesNotReadTheBody() {
        assertThat(send(LOOPBACK, url("/endless"))).isEqualTo(new WebhookOutcome.Delivered());
        assertThat(received).as("the server could not send its gigabyte").isEmpty();
    }

    @Test
    void reportsAnUnreachableServer() {
        int port = server.getAddress().getPort();
        server.stop(0);
        assertThat(send(LOOPBACK, "http://127.0.0.1:" + port + "/hook"))
                .isEqualTo(new WebhookOutcome.Failed("connect"));
    }

    @Test
    void refusesEveryNotationOfAPrivateAddress() {
        int port = server.getAddress().getPort();
        PublicAddresses strict = new PublicAddresses(List.of());
        for (String host : List.of(
                "127.0.0.1",
                "localhost",
                "0.0.0.0",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "169.254.169.254")) {
            assertThat(send(strict, "http://" + host + ":" + port + "/hook"))
                    .as(host)
                    .isEqualTo(new WebhookOutcome.Failed("address_not_allowed"));
        }
        for (String host : List.of("2130706433", "0x7f000001", "0177.0.0.1", "127.1")) {
            assertThat(send(strict, "http://" + host + ":" + port + "/hook"))
                    .as(host)
                    .isInstanceOf(WebhookOutcome.Failed.class);
        }
        assertThat(received).isEmpty();
    }

    /**
     * A name that resolves to a public address first and to a private one later (DNS rebinding): it is resolved once,
     * and the address of the connection is checked.
     */
    @Test
    void checksTheAddressOfTheConnection() {
        int port = server.getAddress().getPort();
        AtomicInteger lookUps = new AtomicInteger();
        UnaryOperator<HttpClient> rebinding = http -> http.resolver(new Names(name -> {
            lookUps.incrementAndGet();
            return InetAddress.ofLiteral("127.0.0.1");
        }));
        PublicAddresses strict = new PublicAddresses(List.of());

        assertThat(send(strict, "http://rebinding.example:" + port + "/hook", rebinding))
                .isEqualTo(new WebhookOutcome.Failed("address_not_allowed"));
        assertThat(lookUps).hasValue(1);
        assertThat(received).isEmpty();
        assertThat(send(LOOPBACK, "http://rebinding.example:" + port + "/hook", rebinding))
                .as("the same name where the address is allowed")
                .isEqualTo(new WebhookOutcome.Delivered());
    }

    @Test
    void requiresATrustedCertificateForTheName(@TempDir Path folder) throws Exception {
        KeyStore keys = certificateFor("localhost", folder);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(serving(keys)));
        secure.createContext("/hook", exchange -> answer(exchange, 200));
        secure.start();
        try {
            int port = secure.getAddress().getPort();
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            var trusting = SslContextBuilder.forClient().trustManager(trust).build();
            UnaryOperator<HttpClient> trusted = http -> http.secure(spec -> spec.sslContext(trusting));
            Names names = new Names(_ -> InetAddress.ofLiteral("127.0.0.1"));

            assertThat(send(LOOPBACK, "https://localhost:" + port + "/hook", trusted))
                    .isEqualTo(new WebhookOutcome.Delivered());
            assertThat(send(LOOPBACK, "https://localhost:" + port + "/hook"))
                    .as("nobody vouches for it")
                    .isEqualTo(new WebhookOutcome.Failed("tls"));
            assertThat(send(
                            LOOPBACK,
                            "https://another.example:" + port + "/hook",
                            http -> trusted.apply(http).resolver(names)))
                    .as("it is for another name")
                    .isEqualTo(new WebhookOutcome.Failed("tls"));
            assertThat(received).hasSize(1);
        } finally {
            secure.stop(0);
        }
    }

    private WebhookOutcome send(PublicAddresses addresses, String url) {
        return send(addresses, url, UnaryOperator.identity());
    }

    private static WebhookOutcome send(PublicAddresses addresses, String url, UnaryOperator<HttpClient> more) {
        WebhookSender sender = new WebhookSender(addresses, Clock.systemUTC(), more);
        return Objects.requireNonNull(sender.send(new WebhookTarget(url, "host", SECRET), "message-1", BODY)
                .block());
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readAllBytes();
        }
        var headers = exchange.getRequestHeaders();
        received.add(new Received(
                exchange.getRequestURI().getPath(),
                String.valueOf(headers.getFirst("webhook-id")),
                String.valueOf(headers.getFirst("webhook-timestamp")),
                String.valueOf(headers.getFirst("webhook-signature")),
                body));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static HttpServer server() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            return made;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static SSLContext serving(KeyStore keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Made by the JDK's own tool: there is no public way in Java. */
    private static KeyStore certificateFor(String host, Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "SAN=dns:" + host,
                "-storetype",
                "PKCS12",
                "-storepass",
                "secret1",
                "-keystore",
                file.toString()));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret1".toCharArray());
        }
        // Under a certificate entry as well, so that the same store can say what is trusted.
        keys.setCertificateEntry("trusted", keys.getCertificate("server"));
        keys.setKeyEntry(
                "server",
                keys.getKey("server", "secret1".toCharArray()),
                "secret".toCharArray(),
                keys.getCertificateChain("server"));
        return keys;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Received(String path, String id, String timestamp, String signature, byte[] body) {}

    /** Names as a test has them. */
    private static final class Names extends AddressResolverGroup<InetSocketAddress> {

        private final java.util.function.Function<String, InetAddress> addresses;

        Names(java.util.function.Function<String, InetAddress> addresses) {
            this.addresses = addresses;
        }

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String name, Promise<InetAddress> promise) {
                    promise.setSuccess(addresses.apply(name));
                }

                @Override
                protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                    promise.setSuccess(List.of(addresses.apply(name)));
                }
            }.asAddressResolver();
        }
    }
}
