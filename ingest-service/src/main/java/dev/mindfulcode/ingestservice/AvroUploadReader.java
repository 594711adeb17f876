package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.apache.avro.AvroRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Avro binary of a KeystrokeUpload (KeystrokeUpload.avsc) into primitive arrays. An invalid batch is skipped
 * and rejected; a body that is not such a record is rejected as a whole.
 */
final class AvroUploadReader implements UploadReader {

    /** Reading never leaves its thread, and only the few threads of the event loop read. */
    private static final ThreadLocal<Parser> READINGS = ThreadLocal.withInitial(Parser::new);

    @Override
    public Upload read(byte[] body, int length) {
        return READINGS.get().upload(body, length);
    }

    /** The buffers of one thread, reused for each upload. */
    private static final class Parser {

        private static final int NULL_BRANCH = 0;
        private static final int LONG_BRANCH = 1;
        private static final LongConsumer IGNORE = _ -> {};

        private final BatchBuilder buffer = new BatchBuilder();
        private final UploadPosition position = buffer.position;
        private final AvroInput in = new AvroInput();
        private final char[] uuidText = new char[Uuids.LENGTH];
        private final int[] signalAtMs = new int[UploadLimits.SIGNALS_PER_BATCH_MAX];
        private final SignalKind[] signalKinds = new SignalKind[UploadLimits.SIGNALS_PER_BATCH_MAX];
        private int signals;

        private final LongConsumer addInterval = buffer::interval;
        private final LongConsumer addDwell = buffer::dwell;
        private final LongConsumer addSignalAt = this::signalAt;
        private final LongConsumer addSignalValue = this::signalValue;

        Upload upload(byte[] body, int length) {
            position.reset();
            in.open(body, length);
            try {
                Long sentAtMs = sentAt();
                List<ParsedBatch> batches = new ArrayList<>();
                List<Rejection> rejected = batches(batches);
                position.reset();
                in.end();
                if (batches.isEmpty() && rejected.isEmpty()) {
                    throw position.invalid("The request has no batch");
                }
                return new Upload(false, sentAtMs, batches, rejected);
            } catch (IOException | AvroRuntimeException | UnsupportedOperationException e) {
                throw position.malformed("Not a KeystrokeUpload in Avro binary, or cut short: " + e.getMessage());
            } finally {
                in.close();
            }
        }

        private @Nullable Long sentAt() throws IOException {
            position.field("sent_at");
            long branch = in.number();
            if (branch != NULL_BRANCH && branch != LONG_BRANCH) {
                throw position.malformed("Must be null or a long");
            }
            return branch == NULL_BRANCH ? null : buffer.sentAt(in.number());
        }

        /** Reads valid batches into a list, and returns the rejections of the others. */
        private List<Rejection> batches(List<ParsedBatch> batches) throws IOException {
            position.list("batches");
            List<Rejection> rejected = List.of();
            int index = 0;
            for (long count = in.arrayStart(); count > 0; count = in.arrayNext()) {
                for (long i = 0; i < count; i++) {
                    position.batch(index);
                    if (index == UploadLimits.BATCHES_PER_REQUEST_MAX) {
                        throw position.tooLarge(
                                "More than " + UploadLimits.BATCHES_PER_REQUEST_MAX + " batches in a request");
                    }
                    int start = in.position();
                    try {
                        batches.add(batch(index));
                    } catch (ProblemException problem) {
                        if (problem.type() != ProblemType.INVALID_BATCH) {
                            throw problem;
                        }
                        if (rejected.isEmpty()) {
                            rejected = new ArrayList<>();
                        }
                        rejected.add(Rejection.of(index, problem));
                        position.leaveField();
                        in.moveTo(start);
                        skipBatch();
                    }
                    index++;
                }
            }
            return rejected;
        }

        /** Skips a batch with any values; a batch of another structure is still rejected as malformed. */
        private void skipBatch() throws IOException {
            in.skipBytes();
            in.skipBytes();
            in.number();
            in.number();
            numbers(IGNORE);
            in.skipBytes();
            numbers(IGNORE);
            numbers(IGNORE);
            in.skipBytes();
            numbers(IGNORE);
        }

        private ParsedBatch batch(int index) throws IOException {
            buffer.reset();
            position.field("batch_id");
            buffer.id(uuid());
            position.field("session_id");
            buffer.sessionId(uuid());
            position.field("sequence");
            buffer.sequence(in.number());
            position.field("started_at");
            buffer.startedAt(in.number());
            position.field("intervals_ms");
            numbers(addInterval);
            position.field("key_classes");
            keyClasses();
            position.field("dwells_ms");
            numbers(addDwell);
            signals();
            return buffer.build(index);
        }

        private void keyClasses() throws IOException {
            int length = in.skipBytes();
            for (int i = 0; i < length; i++) {
                position.element(i);
                buffer.keyClass(in.passed(length - i));
            }
        }

        private void signals() throws IOException {
            position.field("signal_at_ms");
            signals = 0;
            numbers(addSignalAt);
            position.field("signal_kinds");
            int kinds = in.skipBytes();
            requireOneASignal(kinds);
            for (int i = 0; i < kinds; i++) {
                position.element(i);
                SignalKind kind = SignalKind.ofCode(in.passed(kinds - i));
                if (kind == null) {
                    throw position.invalid("Unknown signal kind");
                }
                signalKinds[i] = kind;
            }
            position.field("signal_values");
            numbers(addSignalValue);
            requireOneASignal(buffer.signals());
        }

        private void signalAt(long ms) {
            if (signals == UploadLimits.SIGNALS_PER_BATCH_MAX) {
                throw position.invalid("More than " + UploadLimits.SIGNALS_PER_BATCH_MAX + " signals in a batch");
            }
            signalAtMs[signals++] = buffer.signalAtMs(ms);
        }

        private void signalValue(long value) {
            int i = buffer.signals();
            if (i == signals) {
                throw position.invalid("More values than signals");
            }
            SignalKind kind = signalKinds[i];
            buffer.signal(signalAtMs[i], kind, buffer.signalValue(kind, value));
        }

        private void requireOneASignal(int count) {
            if (count != signals) {
                position.element(UploadPosition.NONE);
                throw position.invalid(count + " for " + signals + " signals");
            }
        }

        private void numbers(LongConsumer consumer) throws IOException {
            int index = 0;
            for (long count = in.arrayStart(); count > 0; count = in.arrayNext()) {
                for (long i = 0; i < count; i++) {
                    position.element(index++);
                    consumer.accept(in.number());
                }
            }
        }

        private UUID uuid() throws IOException {
            int length = in.skipBytes();
            if (length == Uuids.LENGTH) {
                in.copyPassed(uuidText, length);
                UUID uuid = Uuids.parse(uuidText, 0, length);
                if (uuid != null) {
                    return uuid;
                }
            }
            throw position.invalid("Must be a UUID of 36 characters");
        }
    }
}
