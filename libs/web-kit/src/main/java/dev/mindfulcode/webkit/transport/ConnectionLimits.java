package dev.mindfulcode.webkit.transport;

import java.time.Duration;

/**
 * How long connections last: the same for every kind of live connection of every service.
 *
 * @param pingInterval between pings of a WebSocket and between comments of an event stream
 * @param idleTimeout a WebSocket whose client sends no frame for so long, not even a pong, is cut
 * @param writeTimeout a connection whose client takes no byte for so long, although some are waiting, is cut
 * @param lifetimeMax of a live connection, if its credential does not end sooner
 */
public record ConnectionLimits(
        Duration pingInterval, Duration idleTimeout, Duration writeTimeout, Duration lifetimeMax) {

    public static final ConnectionLimits STANDARD = new ConnectionLimits(
            Duration.ofSeconds(15), Duration.ofSeconds(45), Duration.ofSeconds(30), Duration.ofHours(24));

    public ConnectionLimits {
        if (pingInterval.compareTo(idleTimeout) >= 0) {
            throw new IllegalArgumentException("pingInterval is " + pingInterval + "; must be below idleTimeout");
        }
    }
}
