/** How events get from Kafka to a projection's fold, and rows and offsets to Postgres in one transaction. */
@NullMarked
package dev.mindfulcode.projectionservice.loop;

import org.jspecify.annotations.NullMarked;
