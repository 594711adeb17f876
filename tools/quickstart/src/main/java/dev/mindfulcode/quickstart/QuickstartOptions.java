package dev.mindfulcode.quickstart;

import java.time.Duration;

/**
 * Options of a start.
 *
 * @param port of the web server on loopback; 0 for any free one
 * @param commitInterval of the flow stream, see FlowStreamConfiguration
 */
record QuickstartOptions(int port, Duration commitInterval) {

    static final int PORT_DEFAULT = 3001;
    static final Duration COMMIT_INTERVAL_DEFAULT = Duration.ofSeconds(5);
}
