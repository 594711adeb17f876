/** What every endpoint shares: strict JSON, problem documents, routing, who is calling. */
@NullMarked
package dev.mindfulcode.gateway.http;

import org.jspecify.annotations.NullMarked;
