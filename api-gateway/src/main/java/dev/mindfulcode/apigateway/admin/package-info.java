/** {@code /api/admin}: what an operator changes in a running system, except projections and shared plugins. */
@NullMarked
package dev.mindfulcode.apigateway.admin;

import org.jspecify.annotations.NullMarked;
