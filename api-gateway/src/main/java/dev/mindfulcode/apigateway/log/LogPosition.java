package dev.mindfulcode.apigateway.log;

/** Position of a record in Kafka. */
public record LogPosition(String topic, int partition, long offset) {}
