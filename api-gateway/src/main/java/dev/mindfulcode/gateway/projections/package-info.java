/** Projections and their builds, for whoever operates the system. */
@NullMarked
package dev.mindfulcode.gateway.projections;

import org.jspecify.annotations.NullMarked;
