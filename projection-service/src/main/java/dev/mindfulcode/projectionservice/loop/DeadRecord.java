package dev.mindfulcode.projectionservice.loop;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that can never be applied.
 *
 * @param reason the kind of failure, never content of the record
 */
public record DeadRecord(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, String reason) {}
