/** HTTP in the gateway: callers and their credentials, problem handling, event streams, CORS. */
@NullMarked
package dev.mindfulcode.apigateway.http;

import org.jspecify.annotations.NullMarked;
