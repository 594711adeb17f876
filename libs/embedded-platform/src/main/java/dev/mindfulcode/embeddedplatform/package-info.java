/**
 * Kafka, Postgres and the schema registry on one machine, for quickstart and for tests: real servers, loopback only,
 * that end with the process that started them. Knows nothing of Mindful Code.
 */
@org.jspecify.annotations.NullMarked
package dev.mindfulcode.embeddedplatform;
