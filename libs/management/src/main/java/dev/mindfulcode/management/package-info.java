/** The management port of each service: liveness, readiness and metrics for its operator. */
@NullMarked
package dev.mindfulcode.management;

import org.jspecify.annotations.NullMarked;
