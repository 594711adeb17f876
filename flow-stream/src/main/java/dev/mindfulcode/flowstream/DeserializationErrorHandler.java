package dev.mindfulcode.flowstream;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records that are not of their topic's schema, which deserializers report as a SerializationException, to
 * dead-letters. Any other exception, such as an unavailable registry, is not the fault of the record: the thread fails
 * and the record is read again.
 */
public final class DeserializationErrorHandler implements DeserializationExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(DeserializationErrorHandler.class);

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    private DeadLetterFactory deadLetters;

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetterFactory.of(configs);
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        if (!(exception instanceof SerializationException)) {
            log.error(
                    "Record not readable now; the stream thread restarts and reads it again: topic={}", record.topic());
            return Response.fail();
        }
        return Response.resume(deadLetters.of(context, DeadLetterReason.UNREADABLE, record.key(), record.value()));
    }
}
