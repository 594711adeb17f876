package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Reads JSON uploads token by token into primitive arrays: no tree, no object per keystroke. An upload is one batch,
 * optionally with {@code sent_at}; an array of batches; or an envelope {@code {"sent_at": …, "batches": […]}}.
 *
 * <p>Unknown and repeated fields are rejected (a mistyped {@code dwell_ms} would otherwise be dropped silently), and so
 * are numbers in quotes or with a fraction other than zero. Optional fields may be null. {@code 2.0} and {@code 1.7e12}
 * are whole numbers, because languages such as Lua have no other form.
 *
 * <p>An invalid batch in a list is skipped and rejected. A syntax error, or an exceeded bound of the parser, rejects
 * the upload, because what follows cannot be read.
 */
final class JsonUploadReader implements UploadReader {

    // Far above the bounds of a valid batch: exceeding them rejects the upload and not only the batch.
    private static final int NESTING_DEPTH_MAX = 100;
    private static final int NAME_CHARS_MAX = 1_000;
    private static final int NUMBER_CHARS_MAX = 1_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_DEPTH_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxStringLength(UploadLimits.REQUEST_BYTES_MAX)
                    .maxDocumentLength(UploadLimits.REQUEST_BYTES_MAX)
                    .build())
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .build();

    /** Reading never leaves its thread, and only the few threads of the event loop read. */
    private static final ThreadLocal<BatchBuilder> BUFFERS = ThreadLocal.withInitial(BatchBuilder::new);

    @Override
    public Upload read(byte[] body, int length) {
        BatchBuilder buffer = BUFFERS.get();
        buffer.position.reset();
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), body, 0, length)) {
            return new Parser(in, buffer).upload();
        } catch (StreamConstraintsException e) {
            throw buffer.position.malformed("Nested deeper than " + NESTING_DEPTH_MAX
                    + " levels, or a name or number of more than " + NAME_CHARS_MAX + " characters");
        } catch (JacksonException e) {
            throw buffer.position.malformed(
                    "Not JSON at byte " + e.getLocation().getByteOffset());
        }
    }

    /** One upload being read. */
    private static final class Parser {

        private static final int BATCH_ID = 1;
        private static final int SESSION_ID = 1 << 1;
        private static final int SEQUENCE = 1 << 2;
        private static final int STARTED_AT = 1 << 3;
        private static final int INTERVALS_MS = 1 << 4;
        private static final int KEY_CLASSES = 1 << 5;
        private static final int DWELLS_MS = 1 << 6;
        private static final int SIGNALS = 1 << 7;
        private static final int SENT_AT = 1 << 8;
        private static final int BATCHES = 1 << 9;
        private static final String[] REQUIRED = {
            "batch_id", "session_id", "sequence", "started_at", "intervals_ms", "key_classes"
        };

        private final JsonParser in;
        private final BatchBuilder buffer;
        private final UploadPosition position;

        Parser(JsonParser in, BatchBuilder buffer) {
            this.in = in;
            this.buffer = buffer;
            this.position = buffer.position;
        }

        Upload upload() {
            JsonToken first = in.nextToken();
            Upload upload;
            if (first == JsonToken.START_OBJECT) {
                upload = batchOrEnvelope();
            } else if (first == JsonToken.START_ARRAY) {
                upload = list();
            } else {
                throw position.malformed(
                        first == null
                                ? "The body is empty"
                                : "Must be a batch, an array of batches, or an object with batches");
            }
            position.reset();
            if (in.nextToken() != null) {
                throw position.malformed("Content follows the end of the JSON");
            }
            return upload;
        }

        /** Reads an object that is a batch or, if it has the field {@code batches}, an envelope. */
        private Upload batchOrEnvelope() {
            buffer.reset();
            int seen = 0;
            Long sentAtMs = null;
            Upload list = null;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                position.field(name);
                int field = bit(name);
                if ((seen & field) != 0) {
                    throw position.invalid("Given twice");
                }
                in.nextToken();
                switch (field) {
                    case SENT_AT -> sentAtMs = sentAt();
                    case BATCHES -> {
                        if ((seen & ~SENT_AT) != 0) {
                            throw position.invalid("Not a field of a batch");
                        }
                        requireArray();
                        position.list(name);
                        list = list();
                    }
                    default -> {
                        if (list != null) {
                            throw position.invalidUpload("Not a field of an upload; it has sent_at and batches");
                        }
                        field(field);
                    }
                }
                seen |= field;
                position.leaveField();
            }
            if (list != null) {
                return new Upload(false, sentAtMs, list.batches(), list.rejected());
            }
            requireAll(seen);
            return new Upload(true, sentAtMs, List.of(buffer.build(0)), List.of());
        }

        private @Nullable Long sentAt() {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            long value;
            try {
                value = wholeNumber();
            } catch (ProblemException problem) {
                throw position.invalidUpload(problem.detail());
            }
            return buffer.sentAt(value);
        }

        private Upload list() {
            List<ParsedBatch> batches = new ArrayList<>();
            List<Rejection> rejected = List.of();
            int depth = in.streamReadContext().getNestingDepth();
            int index = 0;
            for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
                position.batch(index);
                if (index == UploadLimits.BATCHES_PER_REQUEST_MAX) {
                    throw position.tooLarge(
                            "More than " + UploadLimits.BATCHES_PER_REQUEST_MAX + " batches in a request");
                }
                try {
                    if (token != JsonToken.START_OBJECT) {
                        throw position.invalid("Must be a batch, as an object");
                    }
                    batches.add(batch(index));
                } catch (ProblemException problem) {
                    if (rejected.isEmpty()) {
                        rejected = new ArrayList<>();
                    }
                    rejected.add(Rejection.of(index, problem));
                    position.leaveField();
                    skipTo(depth);
                }
                index++;
            }
            position.leaveList();
            if (index == 0) {
                throw position.invalid("The request has no batch");
            }
            return new Upload(false, null, batches, rejected);
        }

        /** Skips to the end of the value that began at this depth. */
        private void skipTo(int depth) {
            while (in.streamReadContext().getNestingDepth() > depth) {
                if (in.nextToken() == null) {
                    throw position.malformed("The JSON ends early");
                }
            }
        }

        private ParsedBatch batch(int index) {
            buffer.reset();
            int seen = 0;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                position.field(name);
                int field = bit(name);
                if ((seen & field) != 0) {
                    throw position.invalid("Given twice");
                }
                if (field == SENT_AT) {
                    throw position.invalid("Not a field of a batch in a list: send {\"sent_at\": …, \"batches\": […]}");
                }
                seen |= field;
                in.nextToken();
                field(field);
                position.leaveField();
            }
            requireAll(seen);
            return buffer.build(index);
        }

        private void field(int field) {
            switch (field) {
                case BATCH_ID -> buffer.batchId(uuid());
                case SESSION_ID -> buffer.sessionId(uuid());
                case SEQUENCE -> buffer.sequence(wholeNumber());
                case STARTED_AT -> buffer.startedAt(wholeNumber());
                case INTERVALS_MS -> intervals();
                case KEY_CLASSES -> keyClasses();
                case DWELLS_MS -> dwells();
                case SIGNALS -> signals();
                default -> throw position.invalid("Not a field of a batch");
            }
        }

        private void requireAll(int seen) {
            for (int i = 0; i < REQUIRED.length; i++) {
                if ((seen & 1 << i) == 0) {
                    position.field(REQUIRED[i]);
                    throw position.invalid("Missing");
                }
            }
        }

        private static int bit(String name) {
            return switch (name) {
                case "batch_id" -> BATCH_ID;
                case "session_id" -> SESSION_ID;
                case "sequence" -> SEQUENCE;
                case "started_at" -> STARTED_AT;
                case "intervals_ms" -> INTERVALS_MS;
                case "key_classes" -> KEY_CLASSES;
                case "dwells_ms" -> DWELLS_MS;
                case "signals" -> SIGNALS;
                case "sent_at" -> SENT_AT;
                case "batches" -> BATCHES;
                default -> 0;
            };
        }

        private void intervals() {
            requireArray();
            for (int i = 0; nextElement(i); i++) {
                buffer.interval(wholeNumber());
            }
        }

        private void dwells() {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            requireArray();
            for (int i = 0; nextElement(i); i++) {
                buffer.dwell(wholeNumber());
            }
        }

        private void keyClasses() {
            if (in.currentToken() == JsonToken.VALUE_STRING) {
                char[] letters = in.getStringCharacters();
                int offset = in.getStringOffset();
                int length = in.getStringLength();
                for (int i = 0; i < length; i++) {
                    position.element(i);
                    buffer.keyClass(KeyClass.codeOfLetter(letters[offset + i]));
                }
                return;
            }
            if (in.currentToken() != JsonToken.START_ARRAY) {
                throw position.invalid("Must be text with a letter a keystroke, or an array of names");
            }
            for (int i = 0; nextElement(i); i++) {
                requireText();
                buffer.keyClass(
                        WireNames.keyClassCode(in.getStringCharacters(), in.getStringOffset(), in.getStringLength()));
            }
        }

        private void signals() {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            requireArray();
            for (int i = 0; nextElement(i); i++) {
                if (in.currentToken() != JsonToken.START_OBJECT) {
                    throw position.invalid("Must be a signal, as an object");
                }
                buffer.requireRoomForSignal();
                signal();
            }
        }

        private void signal() {
            int atMs = UploadPosition.NONE;
            SignalKind kind = null;
            SignalValue value = SignalValue.LEFT_OUT;
            boolean valueSeen = false;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                position.member(name);
                in.nextToken();
                switch (name) {
                    case "at_ms" -> {
                        refuseTwice(atMs != UploadPosition.NONE);
                        atMs = buffer.signalAtMs(wholeNumber());
                    }
                    case "kind" -> {
                        refuseTwice(kind != null);
                        kind = kind();
                    }
                    case "value" -> {
                        refuseTwice(valueSeen);
                        valueSeen = true;
                        value = value();
                    }
                    default -> throw position.invalid("Not a field of a signal");
                }
            }
            if (atMs == UploadPosition.NONE) {
                position.member("at_ms");
                throw position.invalid("Missing");
            }
            if (kind == null) {
                position.member("kind");
                throw position.invalid("Missing");
            }
            position.member("value");
            buffer.signal(atMs, kind, value.of(kind, buffer));
        }

        private void refuseTwice(boolean seen) {
            if (seen) {
                throw position.invalid("Given twice");
            }
        }

        private SignalKind kind() {
            requireText();
            SignalKind kind =
                    WireNames.signalKind(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
            if (kind == null) {
                throw position.invalid("Unknown signal kind");
            }
            return kind;
        }

        private SignalValue value() {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return SignalValue.LEFT_OUT;
            }
            if (in.currentToken() == JsonToken.VALUE_STRING) {
                SignalValue outcome =
                        WireNames.outcome(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
                if (outcome == null) {
                    throw position.invalid("Must be \"ok\", \"failed\" or a whole number");
                }
                return outcome;
            }
            return new SignalValue.Count(wholeNumber());
        }

        /** Sets the position before reading the next element, so that a syntax error in it is located. */
        private boolean nextElement(int index) {
            position.element(index);
            return in.nextToken() != JsonToken.END_ARRAY;
        }

        private UUID uuid() {
            requireText();
            @Nullable UUID uuid = Uuids.parse(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
            if (uuid == null) {
                throw position.invalid("Must be a UUID of 36 characters");
            }
            return uuid;
        }

        private long wholeNumber() {
            try {
                if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                    return in.getLongValue();
                }
                if (in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                    return in.getDecimalValue().longValueExact();
                }
            } catch (JacksonException | NumberFormatException | ArithmeticException e) {
                // Out of the range of a long or of an exponent, or with a fraction.
                throw position.invalid("Must be a whole number within the field's range");
            }
            throw position.invalid("Must be a whole number");
        }

        private void requireText() {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw position.invalid("Must be text");
            }
        }

        private void requireArray() {
            if (in.currentToken() != JsonToken.START_ARRAY) {
                throw position.invalid("Must be an array");
            }
        }
    }
}
