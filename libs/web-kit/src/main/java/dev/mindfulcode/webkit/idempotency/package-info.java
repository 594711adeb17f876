/** {@code Idempotency-Key}: requests that are executed once. */
@NullMarked
package dev.mindfulcode.webkit.idempotency;

import org.jspecify.annotations.NullMarked;
