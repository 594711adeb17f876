package dev.mindfulcode.webkit.transport;

import java.time.Duration;

/**
 * Timeouts of connections, the same for every kind of live connection of a service.
 *
 * @param pingInterval between pings of a WebSocket and between comments of an event stream
 * @param idleTimeout after which a WebSocket is closed whose client sends no frame, not even a pong
 * @param writeTimeout after which a connection is closed whose client reads no byte although some are waiting
 * @param lifetimeMax of a live connection, if its credential does not expire sooner
 */
public record ConnectionLimits(
        Duration pingInterval, Duration idleTimeout, Duration writeTimeout, Duration lifetimeMax) {

    /** For editors, which wait for nothing but acknowledgements. */
    public static final ConnectionLimits STANDARD = new ConnectionLimits(
            Duration.ofSeconds(15), Duration.ofSeconds(45), Duration.ofSeconds(30), Duration.ofHours(24));

    /** For pages, which show within ten seconds that a connection is dead. */
    public static final ConnectionLimits WATCHED = new ConnectionLimits(
            Duration.ofSeconds(4), Duration.ofSeconds(9), Duration.ofSeconds(30), Duration.ofHours(24));

    public ConnectionLimits {
        if (pingInterval.compareTo(idleTimeout) >= 0) {
            throw new IllegalArgumentException("pingInterval is " + pingInterval + "; must be below idleTimeout");
        }
    }
}
