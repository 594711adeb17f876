/** Admin endpoints of projections and their builds. */
@NullMarked
package dev.mindfulcode.apigateway.projections;

import org.jspecify.annotations.NullMarked;
