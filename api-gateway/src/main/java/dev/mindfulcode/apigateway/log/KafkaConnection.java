package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.SchemaRegistry;

/** Where the event log is and how it is read. */
public record KafkaConnection(String bootstrapServers, SchemaRegistry registry) {}
