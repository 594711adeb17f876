/** The way from a decision to the event log: acknowledged appends and the transactional outbox. */
@NullMarked
package dev.mindfulcode.apigateway.log;

import org.jspecify.annotations.NullMarked;
