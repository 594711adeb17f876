package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
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
 * Parses one JSON upload of batches or reports token by token: one item, optionally with {@code sent_at}; an array of
 * items; or an envelope {@code {"sent_at": …, "batches": […]}}. What an item has is left to the subclasses.
 */
abstract class JsonUploadParser {

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

    private static final int SENT_AT = 1 << 30;
    private static final int ITEMS = 1 << 29;

    final JsonParser in;
    final UploadPosition position;
    private final UploadItemBuilder buffer;
    private final String item;
    private final String items;
    private final List<String> fields;
    private final int required;

    /**
     * @param item the singular name of what the upload has
     * @param fields of an item, the required ones first
     * @param required how many are required
     */
    JsonUploadParser(
            JsonParser in, UploadItemBuilder buffer, String item, String items, List<String> fields, int required) {
        this.in = in;
        this.buffer = buffer;
        this.position = buffer.position;
        this.item = item;
        this.items = items;
        this.fields = fields;
        this.required = required;
    }

    /** @throws ProblemException if the upload as a whole cannot be read; no bytes cause another exception */
    static Upload read(
            byte[] body, int length, UploadPosition position, Function<JsonParser, JsonUploadParser> parser) {
        position.reset();
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), body, 0, length)) {
            return parser.apply(in).upload();
        } catch (StreamConstraintsException e) {
            throw position.malformed("Nested deeper than " + NESTING_DEPTH_MAX
                    + " levels, or a name or number of more than " + NAME_CHARS_MAX + " characters");
        } catch (JacksonException e) {
            throw position.malformed("Not JSON at byte " + e.getLocation().getByteOffset());
        }
    }

    /** Reads the value of a field. */
    abstract void read(String field);

    final Upload upload() {
        JsonToken first = in.nextToken();
        Upload upload;
        if (first == JsonToken.START_OBJECT) {
            upload = itemOrEnvelope();
        } else if (first == JsonToken.START_ARRAY) {
            upload = list();
        } else {
            throw position.malformed(
                    first == null
                            ? "The body is empty"
                            : "Must be a " + item + ", an array of " + items + ", or an object with " + items);
        }
        position.reset();
        if (in.nextToken() != null) {
            throw position.malformed("Content follows the end of the JSON");
        }
        return upload;
    }

    /** Reads an object that is an item or, if it has the field of the list, an envelope. */
    private Upload itemOrEnvelope() {
        buffer.reset();
        int seen = 0;
        Long sentAtMs = null;
        Upload list = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            position.field(name);
            int field = bitOf(name);
            if ((seen & field) != 0) {
                throw position.invalid("Given twice");
            }
            in.nextToken();
            switch (field) {
                case SENT_AT -> sentAtMs = sentAt();
                case ITEMS -> {
                    if ((seen & ~SENT_AT) != 0) {
                        throw position.invalid("Not a field of a " + item);
                    }
                    requireArray();
                    position.list(name);
                    list = list();
                }
                default -> {
                    if (list != null) {
                        throw position.invalidUpload("Not a field of an upload; it has sent_at and " + items);
                    }
                    readKnown(name, field);
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
                        "More than " + UploadLimits.BATCHES_PER_REQUEST_MAX + " " + items + " in a request");
            }
            try {
                if (token != JsonToken.START_OBJECT) {
                    throw position.invalid("Must be a " + item + ", as an object");
                }
                batches.add(item(index));
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
            throw position.invalid("The request has no " + item);
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

    private ParsedBatch item(int index) {
        buffer.reset();
        int seen = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            position.field(name);
            int field = bitOf(name);
            if ((seen & field) != 0) {
                throw position.invalid("Given twice");
            }
            if (field == SENT_AT) {
                throw position.invalid(
                        "Not a field of a " + item + " in a list: send {\"sent_at\": …, \"" + items + "\": […]}");
            }
            seen |= field;
            in.nextToken();
            readKnown(name, field);
            position.leaveField();
        }
        requireAll(seen);
        return buffer.build(index);
    }

    private void requireAll(int seen) {
        for (int i = 0; i < required; i++) {
            if ((seen & 1 << i) == 0) {
                position.field(fields.get(i));
                throw position.invalid("Missing");
            }
        }
    }

    /** Sets the position before reading the next element, so that a syntax error in it is located. */
    final boolean nextElement(int index) {
        position.element(index);
        return in.nextToken() != JsonToken.END_ARRAY;
    }

    final UUID uuid() {
        requireText();
        @Nullable UUID uuid = Uuids.parse(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
        if (uuid == null) {
            throw position.invalid("Must be a UUID of 36 characters");
        }
        return uuid;
    }

    final long wholeNumber() {
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

    final void requireText() {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw position.invalid("Must be text");
        }
    }

    final void requireArray() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw position.invalid("Must be an array");
        }
    }

    private void readKnown(String name, int bit) {
        if (bit == 0 || bit == SENT_AT || bit == ITEMS) {
            throw position.invalid("Not a field of a " + item);
        }
        read(name);
    }

    private int bitOf(String name) {
        if (name.equals("sent_at")) {
            return SENT_AT;
        }
        if (name.equals(items)) {
            return ITEMS;
        }
        int index = fields.indexOf(name);
        return index < 0 ? 0 : 1 << index;
    }
}
