/** What every endpoint shares: strict JSON, problem documents, routing, who is calling. */
@NullMarked
package dev.mindfulcode.apigateway.http;

import org.jspecify.annotations.NullMarked;
