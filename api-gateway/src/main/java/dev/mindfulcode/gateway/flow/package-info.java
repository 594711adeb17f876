/** Flow on demand and flow in the past. */
@NullMarked
package dev.mindfulcode.gateway.flow;

import org.jspecify.annotations.NullMarked;
