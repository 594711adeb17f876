/** Applies events from Kafka to folds, and writes rows and offsets to Postgres in one transaction. */
@NullMarked
package dev.mindfulcode.projectionservice.loop;

import org.jspecify.annotations.NullMarked;
