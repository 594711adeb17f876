/** Kafka clients of the gateway: publisher, transactional outbox and listener containers. */
@NullMarked
package dev.mindfulcode.apigateway.log;

import org.jspecify.annotations.NullMarked;
