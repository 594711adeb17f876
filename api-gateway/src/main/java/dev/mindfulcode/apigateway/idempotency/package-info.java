/** A request that is sent again because its answer got lost is done once. */
@NullMarked
package dev.mindfulcode.apigateway.idempotency;

import org.jspecify.annotations.NullMarked;
