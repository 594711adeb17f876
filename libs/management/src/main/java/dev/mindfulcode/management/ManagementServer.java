package dev.mindfulcode.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * The management port of a service: {@code /livez}, {@code /readyz} and {@code /metrics}. It starts before the rest of
 * the context and stops after it; while the context stops, the service is live and not ready. Thread-safe.
 *
 * <p>A service that is not live is to be restarted; one that is not ready gets no traffic and recovers by itself. An
 * unavailable database, for example, must not restart all services. The port has no authentication: only the network of
 * the operator may reach it.
 */
public final class ManagementServer implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    public static final String LIVENESS_PATH = "/livez";
    public static final String READINESS_PATH = "/readyz";
    public static final String METRICS_PATH = "/metrics";

    private static final Logger log = LoggerFactory.getLogger(ManagementServer.class);

    private static final int PORT_MAX = 65_535;
    private static final int CONNECTIONS_MAX = 64;
    private static final int REQUEST_SECONDS_MAX = 5;
    private static final int BACKLOG = 16;
    private static final String JSON = "application/json";

    // The JDK's server has no other way to set them: without, a client that stops in the middle stays for ever.
    static {
        System.setProperty("sun.net.httpserver.maxReqTime", String.valueOf(REQUEST_SECONDS_MAX));
        System.setProperty("sun.net.httpserver.maxRspTime", String.valueOf(REQUEST_SECONDS_MAX));
        System.setProperty("jdk.httpserver.maxConnections", String.valueOf(CONNECTIONS_MAX));
    }

    private final InetSocketAddress requested;
    private final Supplier<Health> liveness;
    private final Supplier<Health> readiness;
    private final ServiceMetrics metrics;
    private final InstantSource clock;
    private volatile boolean isStopping;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    /**
     * @param address made by {@link #address}
     * @param liveness of the service itself, apart from its dependencies; deadlocks are detected here
     */
    public ManagementServer(
            InetSocketAddress address,
            Supplier<Health> liveness,
            Supplier<Health> readiness,
            ServiceMetrics metrics,
            InstantSource clock) {
        this.requested = address;
        this.liveness = liveness;
        this.readiness = readiness;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Returns the address that two settings describe.
     *
     * @param address an IP address of this machine; null or blank for all of them
     * @param port 0 chooses a free one
     * @throws IllegalArgumentException if a setting is invalid
     */
    public static InetSocketAddress address(@Nullable String address, int port) {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("MANAGEMENT_PORT is " + port + "; must be between 0 and " + PORT_MAX);
        }
        if (address == null || address.isBlank()) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(address.strip()), port);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "MANAGEMENT_ADDRESS is " + address + "; must be an IP address of this machine, such as 127.0.0.1",
                    e);
        }
    }

    /** @throws IllegalStateException if the port is taken or the address is not of this machine */
    @Override
    public synchronized void start() {
        if (server != null) {
            return;
        }
        HttpServer started;
        try {
            started = HttpServer.create(requested, BACKLOG);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "MANAGEMENT_PORT " + requested.getPort() + " cannot be opened on "
                            + requested.getAddress().getHostAddress() + ": " + e.getMessage()
                            + "; set a free port, and MANAGEMENT_ADDRESS to an address of this machine or to none",
                    e);
        }
        threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("management-", 0).factory());
        started.setExecutor(threads);
        started.createContext("/", get(null, exchange -> respond(exchange, 404, JSON, "{\"status\":\"not found\"}")));
        started.createContext(LIVENESS_PATH, get(LIVENESS_PATH, exchange -> respond(exchange, live())));
        started.createContext(READINESS_PATH, get(READINESS_PATH, exchange -> respond(exchange, ready())));
        started.createContext(
                METRICS_PATH,
                get(METRICS_PATH, exchange -> respond(exchange, 200, ServiceMetrics.CONTENT_TYPE, metrics.scrape())));
        started.start();
        server = started;
        isStopping = false;
    }

    private Health live() {
        return liveness.get().and("threads", ManagementFactory.getThreadMXBean().findDeadlockedThreads() == null);
    }

    private Health ready() {
        return isStopping ? Health.of("lifecycle", false) : readiness.get();
    }

    /** Returns the port that the server listens on. */
    public synchronized int port() {
        return server == null ? requested.getPort() : server.getAddress().getPort();
    }

    /** Ends readiness before anything stops, so that no new traffic arrives meanwhile. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        isStopping = true;
    }

    @Override
    public synchronized void stop() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
        if (threads != null) {
            threads.shutdownNow();
            threads = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    /** Contexts of the JDK's server match prefixes of paths. */
    private static HttpHandler get(@Nullable String path, HttpHandler handler) {
        return exchange -> {
            try {
                String method = exchange.getRequestMethod();
                if (path != null && !exchange.getRequestURI().getPath().equals(path)) {
                    respond(exchange, 404, JSON, "{\"status\":\"not found\"}");
                } else if (!method.equals("GET") && !method.equals("HEAD")) {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    respond(exchange, 405, JSON, "{\"status\":\"method not allowed\"}");
                } else {
                    handler.handle(exchange);
                }
            } catch (RuntimeException e) {
                log.warn("Management request failed: path={}", path, e);
                respond(exchange, 503, JSON, "{\"status\":\"unavailable\"}");
            } finally {
                exchange.close();
            }
        };
    }

    private void respond(HttpExchange exchange, Health health) throws IOException {
        respond(exchange, health.isHealthy() ? 200 : 503, JSON, health.json(clock.millis()));
    }

    private static void respond(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
        if (!isHead) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
