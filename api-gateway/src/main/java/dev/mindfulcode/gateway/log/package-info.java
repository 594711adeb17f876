/** The way from a decision to the event log: acknowledged appends and the transactional outbox. */
@NullMarked
package dev.mindfulcode.gateway.log;

import org.jspecify.annotations.NullMarked;
