/** Live updates: from Kafka to WebSocket and SSE clients. */
@NullMarked
package dev.mindfulcode.apigateway.live;

import org.jspecify.annotations.NullMarked;
