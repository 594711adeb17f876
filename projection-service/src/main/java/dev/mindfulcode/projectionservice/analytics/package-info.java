/**
 * Plugin runs over history and live records. Reads the desired runs from the gateway's tables and writes their state
 * and results to the read model (ADR 0027).
 */
@NullMarked
package dev.mindfulcode.projectionservice.analytics;

import org.jspecify.annotations.NullMarked;
