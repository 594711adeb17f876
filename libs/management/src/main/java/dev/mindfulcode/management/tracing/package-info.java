/** Spans of a request, from the service that receives it through the headers of Kafka records to the written row. */
@NullMarked
package dev.mindfulcode.management.tracing;

import org.jspecify.annotations.NullMarked;
