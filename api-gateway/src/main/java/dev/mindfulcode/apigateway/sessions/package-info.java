/** Sessions: commands and events, queries of the read model, and read-your-writes. */
@NullMarked
package dev.mindfulcode.apigateway.sessions;

import org.jspecify.annotations.NullMarked;
