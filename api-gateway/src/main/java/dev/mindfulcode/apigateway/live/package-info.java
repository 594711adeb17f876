/** Flow states on their way from the log to whoever is watching. */
@NullMarked
package dev.mindfulcode.apigateway.live;

import org.jspecify.annotations.NullMarked;
