package dev.mindfulcode.gateway.live;

import java.util.UUID;

/**
 * One live client.
 *
 * @param cut ends the connection without asking the client, which may no longer read
 */
record Subscription(UUID userId, Mailbox mailbox, Runnable cut) {}
