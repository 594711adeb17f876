package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

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

    /** Reading never leaves its thread, and only the few threads of the event loop read. */
    private static final ThreadLocal<BatchBuilder> BUFFERS = ThreadLocal.withInitial(BatchBuilder::new);

    @Override
    public Upload read(byte[] body, int length) {
        BatchBuilder buffer = BUFFERS.get();
        return JsonUploadParser.read(body, length, buffer.position, in -> new Parser(in, buffer));
    }

    /** One upload being read. */
    private static final class Parser extends JsonUploadParser {

        private static final List<String> FIELDS = List.of(
                "batch_id",
                "session_id",
                "sequence",
                "started_at",
                "intervals_ms",
                "key_classes",
                "dwells_ms",
                "signals");
        private static final int REQUIRED = 6;

        private final BatchBuilder buffer;

        Parser(JsonParser in, BatchBuilder buffer) {
            super(in, buffer, "batch", "batches", FIELDS, REQUIRED);
            this.buffer = buffer;
        }

        @Override
        void read(String field) {
            switch (field) {
                case "batch_id" -> buffer.id(uuid());
                case "session_id" -> buffer.sessionId(uuid());
                case "sequence" -> buffer.sequence(wholeNumber());
                case "started_at" -> buffer.startedAt(wholeNumber());
                case "intervals_ms" -> intervals();
                case "key_classes" -> keyClasses();
                case "dwells_ms" -> dwells();
                case "signals" -> signals();
                default -> throw new IllegalArgumentException("No field of a batch: " + field);
            }
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
    }
}
