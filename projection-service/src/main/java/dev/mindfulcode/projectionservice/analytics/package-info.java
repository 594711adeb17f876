/**
 * Runs of plugins over history, and on with what comes. Which are wanted is read from the gateway's tables, how they do
 * and what they find is written to the read model; ADR 0027 says why so.
 */
@NullMarked
package dev.mindfulcode.projectionservice.analytics;

import org.jspecify.annotations.NullMarked;
