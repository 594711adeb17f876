package dev.mindfulcode.ingest;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Reads one batch or an array of them from JSON, token by token into primitive arrays: no tree, no object per keystroke.
 *
 * <p>Strict where leniency would lose something unseen: a field that is not in the contract is refused (a mistyped
 * {@code dwell_ms} would be dropped, and a client that sends text should hear that nobody wants it), so is a field given twice, a
 * number in quotes, with a fraction or an exponent. An optional field may be null.
 */
final class JsonUploadReader implements UploadReader {

    /** Deepest valid: an array of batches, each with an array of signals, each an object. */
    private static final int NESTING_DEPTH_MAX = 4;

    private static final int NAME_CHARS_MAX = 256;
    private static final int NUMBER_CHARS_MAX = 32;
    private static final int STRING_CHARS_MAX = 4 * Limits.KEYSTROKES_A_BATCH_MAX;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_DEPTH_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .maxDocumentLength(Limits.REQUEST_BYTES_MAX)
                    .build())
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .build();

    /** Reading never leaves its thread, and few threads read: those of the event loop. */
    private static final ThreadLocal<BatchBuffer> BUFFERS = ThreadLocal.withInitial(BatchBuffer::new);

    @Override
    public Upload read(byte[] body, int length) {
        BatchBuffer buffer = BUFFERS.get();
        buffer.position.reset();
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), body, 0, length)) {
            return new Reading(in, buffer).upload();
        } catch (InputCoercionException e) {
            throw buffer.position.invalid("A number out of range");
        } catch (StreamConstraintsException e) {
            throw buffer.position.malformed(
                    "Nested deeper, or a name, number or text longer, than any valid batch has");
        } catch (JacksonException e) {
            throw buffer.position.malformed(
                    "Not JSON at byte " + e.getLocation().getByteOffset());
        }
    }

    /** One upload being read. */
    private static final class Reading {

        private static final int BATCH_ID = 1;
        private static final int SESSION_ID = 1 << 1;
        private static final int SEQUENCE = 1 << 2;
        private static final int STARTED_AT = 1 << 3;
        private static final int INTERVALS_MS = 1 << 4;
        private static final int KEY_CLASSES = 1 << 5;
        private static final int DWELLS_MS = 1 << 6;
        private static final int SIGNALS = 1 << 7;
        private static final String[] REQUIRED = {
            "batch_id", "session_id", "sequence", "started_at", "intervals_ms", "key_classes"
        };

        private final JsonParser in;
        private final BatchBuffer buffer;
        private final UploadPosition position;

        Reading(JsonParser in, BatchBuffer buffer) {
            this.in = in;
            this.buffer = buffer;
            this.position = buffer.position;
        }

        Upload upload() {
            JsonToken first = in.nextToken();
            Upload upload;
            if (first == JsonToken.START_OBJECT) {
                upload = new Upload(List.of(batch()), false);
            } else if (first == JsonToken.START_ARRAY) {
                upload = new Upload(array(), true);
            } else {
                throw position.malformed(
                        first == null ? "The body is empty" : "Neither a batch nor an array of batches");
            }
            position.reset();
            if (in.nextToken() != null) {
                throw position.malformed("Something follows the end of the JSON");
            }
            return upload;
        }

        private List<Batch> array() {
            List<Batch> batches = new ArrayList<>();
            for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
                position.batch(batches.size());
                if (batches.size() == Limits.BATCHES_A_REQUEST_MAX) {
                    throw position.tooLarge("More than " + Limits.BATCHES_A_REQUEST_MAX + " batches in a request");
                }
                if (token != JsonToken.START_OBJECT) {
                    throw position.invalid("Must be a batch, as an object");
                }
                batches.add(batch());
            }
            if (batches.isEmpty()) {
                throw new Refusal(ProblemType.INVALID_BATCH, "There is no batch in the request");
            }
            return batches;
        }

        private Batch batch() {
            buffer.begin();
            int seen = 0;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                position.field(name);
                int field = bit(name);
                if ((seen & field) != 0) {
                    throw position.invalid("Given twice");
                }
                seen |= field;
                in.nextToken();
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
                position.leaveField();
            }
            for (int i = 0; i < REQUIRED.length; i++) {
                if ((seen & 1 << i) == 0) {
                    position.field(REQUIRED[i]);
                    throw position.invalid("Missing");
                }
            }
            return buffer.finish();
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
                throw position.invalid("No such kind of signal");
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

        /** Moves to the next element of an array before reading it, so that what cannot even be read is named as well. */
        private boolean nextElement(int index) {
            position.element(index);
            return in.nextToken() != JsonToken.END_ARRAY;
        }

        private UUID uuid() {
            requireText();
            @Nullable UUID uuid = UuidText.parse(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
            if (uuid == null) {
                throw position.invalid("Must be a UUID of 36 characters");
            }
            return uuid;
        }

        private long wholeNumber() {
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw position.invalid("Must be a whole number");
            }
            return in.getLongValue();
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
