/** How events get from Kafka to a projection's fold, and rows and offsets to Postgres in one transaction. */
@NullMarked
package dev.mindfulcode.projection.loop;

import org.jspecify.annotations.NullMarked;
