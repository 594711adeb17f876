@NullMarked
package dev.mindfulcode.apigateway.idempotency;

import org.jspecify.annotations.NullMarked;
