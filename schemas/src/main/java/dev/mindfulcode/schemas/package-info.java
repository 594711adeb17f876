/** Avro records, the topic catalogue, and serdes in the Confluent wire format. */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.schemas;
