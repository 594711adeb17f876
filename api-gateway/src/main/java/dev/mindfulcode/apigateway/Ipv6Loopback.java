package dev.mindfulcode.apigateway;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.server.reactive.HttpHandler;

/**
 * The second listener of a server on 127.0.0.1: on ::1, at the same port, the first address of {@code localhost} for
 * many programs. A machine without IPv6 gets no second listener.
 */
final class Ipv6Loopback implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Ipv6Loopback.class);
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("::1");

    private final NettyReactiveWebServerFactory factory;
    private final HttpHandler handler;
    private final IntSupplier port;
    private final boolean isNeeded;
    private @Nullable WebServer server;

    /**
     * @param port of the first listener, once that has started
     * @param first address of the first listener; null where it listens on all
     */
    Ipv6Loopback(
            NettyReactiveWebServerFactory factory, HttpHandler handler, IntSupplier port, @Nullable InetAddress first) {
        this.factory = factory;
        this.handler = handler;
        this.port = port;
        this.isNeeded = isNeeded(first, Ipv6Loopback::isOfThisMachine);
    }

    static boolean isNeeded(@Nullable InetAddress first, Predicate<InetAddress> isOfThisMachine) {
        return first instanceof Inet4Address && first.isLoopbackAddress() && isOfThisMachine.test(ADDRESS);
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void start() {
        if (!isNeeded || server != null) {
            return;
        }
        factory.setAddress(ADDRESS);
        factory.setPort(port.getAsInt());
        WebServer listener = factory.getWebServer(handler);
        listener.start();
        server = listener;
        LOG.info("Web server listens on ::1 as well: port={}", listener.getPort());
    }

    @Override
    public void stop(Runnable stopped) {
        WebServer stopping = take();
        if (stopping == null) {
            stopped.run();
            return;
        }
        stopping.shutDownGracefully(_ -> {
            stopping.stop();
            stopped.run();
        });
    }

    @Override
    public void stop() {
        WebServer stopping = take();
        if (stopping != null) {
            stopping.stop();
        }
    }

    private synchronized @Nullable WebServer take() {
        WebServer taken = server;
        server = null;
        return taken;
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** After the first listener when starting, together with its graceful stop when stopping. */
    @Override
    public int getPhase() {
        return WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE;
    }
}
