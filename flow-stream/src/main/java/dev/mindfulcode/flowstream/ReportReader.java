package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.errors.SerializationException;

/** Decrypts, decodes and validates reports of features. Not thread-safe. */
final class ReportReader {

    private final KeyLookup keys;
    private final SealedEvents<FlowFeatures> events;

    ReportReader(KeyLookup keys, SchemaRegistry registry) {
        this.keys = keys;
        events = new SealedEvents<>(Topics.FLOW_FEATURES, registry);
    }

    /**
     * Returns the report, or empty if the key of its user is destroyed.
     *
     * @throws PoisonRecordException if the bytes are not a report within the limits, encrypted for this user
     */
    Optional<FlowInput.BatchReceived> read(UUID userId, byte[] value) {
        Opened<FlowFeatures> opened;
        try {
            opened = events.open(userId, value, keys::find);
        } catch (SerializationException e) {
            throw new PoisonRecordException(DeadLetterReason.of(e), e);
        }
        return switch (opened) {
            case Opened.Event<FlowFeatures>(FlowFeatures event) -> Optional.of(received(event));
            case Opened.Erased<FlowFeatures> _, Opened.NoKey<FlowFeatures> _ -> Optional.empty();
        };
    }

    private static FlowInput.BatchReceived received(FlowFeatures event) {
        if (event.getSequence() < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        return new FlowInput.BatchReceived(
                event.getReportId(),
                new FlowInput.Features(
                        event.getSessionId(),
                        event.getSequence(),
                        event.getReceivedAt().toEpochMilli(),
                        event.getImported(),
                        report(event)));
    }

    private static FeatureReport report(FlowFeatures event) {
        // Events after this instant are moved to it, as those of batches are.
        long latestMs = event.getReceivedAt().toEpochMilli() + BatchTimes.AHEAD_OF_RECEIPT_MAX_MS;
        long startedAtMs = event.getStartedAt().toEpochMilli();
        try {
            return new FeatureReport(
                    startedAtMs > latestMs ? startedAtMs : Math.min(startedAtMs, latestMs - event.getDurationMs()),
                    event.getDurationMs(),
                    event.getKeystrokes(),
                    event.getErrors(),
                    event.getContextSwitches(),
                    event.getFocusLosses(),
                    event.getLines(),
                    event.getFilesModified(),
                    event.getActiveMs(),
                    event.getRhythm(),
                    event.getFocus(),
                    event.getConsistency(),
                    event.getErrorPenalty(),
                    event.getVelocity());
        } catch (IllegalArgumentException e) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE, e);
        }
    }
}
