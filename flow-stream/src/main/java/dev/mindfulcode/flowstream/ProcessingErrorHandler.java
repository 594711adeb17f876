package dev.mindfulcode.flowstream;

import java.util.Map;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records to dead-letters that the processors refused before they had stored anything. Whatever else goes wrong
 * is no record's fault, or came too late to skip it: the thread fails, the transaction is undone, and the record is
 * processed again.
 */
public final class ProcessingErrorHandler implements ProcessingExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProcessingErrorHandler.class);

    @SuppressWarnings("NullAway.Init") // Kafka calls configure before anything else
    private DeadLetterFactory deadLetters;

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters = DeadLetterFactory.of(configs);
    }

    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        if (!(exception instanceof PoisonRecordException poison)) {
            return Response.fail();
        }
        if (poison.reason() == DeadLetterReason.NOT_COMPUTED) {
            // Ours to mend, hence with its trace; the engine's exceptions say nothing of what was typed.
            log.error(
                    "{}-{} offset {} goes to dead-letters",
                    context.topic(),
                    context.partition(),
                    context.offset(),
                    poison);
        }
        return Response.resume(deadLetters.of(context, poison.reason()));
    }
}
