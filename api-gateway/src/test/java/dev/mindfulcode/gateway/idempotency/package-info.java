@NullMarked
package dev.mindfulcode.gateway.idempotency;

import org.jspecify.annotations.NullMarked;
