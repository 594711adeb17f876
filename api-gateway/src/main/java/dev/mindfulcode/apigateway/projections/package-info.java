/** Projections and their builds, for whoever operates the system. */
@NullMarked
package dev.mindfulcode.apigateway.projections;

import org.jspecify.annotations.NullMarked;
