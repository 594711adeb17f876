/** Sessions: commands that become events, reads from the read model, and reading one's own writes. */
@NullMarked
package dev.mindfulcode.apigateway.sessions;

import org.jspecify.annotations.NullMarked;
