/** Personal goals, which only their user sees. */
@NullMarked
package dev.mindfulcode.apigateway.goals;

import org.jspecify.annotations.NullMarked;
