package dev.mindfulcode.apigateway.log;

/** Where a record is on the log. */
public record LogPosition(String topic, int partition, long offset) {}
