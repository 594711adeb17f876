/**
 * Kafka, Postgres and the schema registry on one machine, for quickstart and tests: real servers on loopback that end
 * with the process that started them. Independent of Mindful Code.
 */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.embeddedplatform;
