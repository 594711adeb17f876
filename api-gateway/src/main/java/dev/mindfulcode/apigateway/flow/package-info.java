/** Flow on demand and flow in the past. */
@NullMarked
package dev.mindfulcode.apigateway.flow;

import org.jspecify.annotations.NullMarked;
