package dev.mindfulcode.webkit.json;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object with its path in the body, so that problems name the field at fault. Values are not converted: a number
 * in quotes is text. A number whose fraction is zero is an integer in any notation, since some languages have no other.
 * Null and absent are the same; {@link #only} rejects unknown fields.
 */
public final class JsonFields {

    private static final Instant TIME_MIN = Instant.EPOCH;
    private static final Instant TIME_MAX = Instant.parse("9999-01-01T00:00:00Z");

    /** The largest integer up to which a double represents all integers. */
    private static final double EXACT_INTEGER_MAX = 1L << 53;

    private final JsonNode node;
    private final String path;

    private JsonFields(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    static JsonFields ofRoot(@Nullable JsonNode root) {
        if (root == null || !root.isObject()) {
            throw ProblemType.INVALID_REQUEST.withDetail("The body must be a JSON object.");
        }
        return new JsonFields(root, "");
    }

    /** Rejects the first field that is not one of these, so that a misspelt field is not silently ignored. */
    public JsonFields only(String... names) {
        List<String> known = List.of(names);
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw invalid(
                        name,
                        known.isEmpty()
                                ? "Unknown field; the request has no fields."
                                : "Unknown field. Known fields: " + String.join(", ", known) + ".");
            }
        }
        return this;
    }

    /** Rejects the first of these fields that is present. */
    public JsonFields none(Collection<String> names, String detail) {
        for (String name : names) {
            if (node.has(name)) {
                throw invalid(name, detail);
            }
        }
        return this;
    }

    public @Nullable JsonFields object(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            throw invalid(name, "Must be an object.");
        }
        return new JsonFields(value, pathOf(name) + ".");
    }

    /** Returns text of 1 to {@code lengthMax} UTF-16 units in NFC, without control characters or lone surrogates. */
    public @Nullable String text(String name, int lengthMax) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw invalid(name, "Must be text.");
        }
        String text = Normalizer.normalize(value.stringValue(), Normalizer.Form.NFC);
        if (text.isBlank() || text.length() > lengthMax) {
            throw invalid(name, "Must be text of 1 to " + lengthMax + " characters.");
        }
        if (!isStorable(text)) {
            throw invalid(name, "Must not contain control characters or incomplete characters.");
        }
        return text;
    }

    /** Returns text with any characters, which must not be stored as it is. */
    public @Nullable String anyText(String name) {
        JsonNode value = value(name);
        if (value != null && !value.isString()) {
            throw invalid(name, "Must be text.");
        }
        return value == null ? null : value.stringValue();
    }

    /** Returns text of 1 to {@code lengthMax} UTF-16 units with line breaks, which must not be stored. */
    public String requiredLines(String name, int lengthMax) {
        JsonNode value = required(name, value(name));
        if (!value.isString()) {
            throw invalid(name, "Must be text.");
        }
        String text = value.stringValue();
        if (text.isBlank() || text.length() > lengthMax) {
            throw invalid(name, "Must be text of 1 to " + lengthMax + " characters.");
        }
        return text;
    }

    /** Returns this object's members like {@link #members(String)}. */
    public Map<String, @Nullable Object> members() {
        return members(node);
    }

    /** Returns an object's members as text, numbers, booleans, nulls, lists and maps; empty if it is absent. */
    public Map<String, @Nullable Object> members(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw invalid(name, "Must be an object.");
        }
        return members(value);
    }

    public String requiredText(String name, int lengthMax) {
        return required(name, text(name, lengthMax));
    }

    /** Returns a UUID in its canonical form of 36 characters, other than the nil UUID. */
    public @Nullable UUID uuid(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        UUID uuid = value.isString() ? Uuids.parse(value.stringValue()) : null;
        if (uuid == null) {
            throw invalid(name, "Must be a UUID.");
        }
        return uuid;
    }

    /** Returns an RFC 3339 time of the years 1970 to 9998. */
    public @Nullable Instant time(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        Instant time = value.isString() ? parseTime(value.stringValue()) : null;
        if (time == null) {
            throw invalid(name, "Must be an RFC 3339 time such as 2026-01-31T08:30:00Z.");
        }
        return time;
    }

    public @Nullable Double number(String name, double min, double max) {
        JsonNode value = value(name);
        return value == null ? null : numberIn(value, pathOf(name), min, max);
    }

    public @Nullable Long integer(String name, long min, long max) {
        JsonNode value = value(name);
        return value == null ? null : integerIn(value, pathOf(name), min, max);
    }

    public @Nullable Boolean bool(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw invalid(name, "Must be true or false.");
        }
        return value.booleanValue();
    }

    /** Returns an array of durations in ms, rounded to integers; a problem names the first invalid element. */
    public int @Nullable [] milliseconds(String name, int countMin, int countMax, int max) {
        double[] numbers = numbers(name, countMin, countMax, 0, max);
        return numbers == null
                ? null
                : Arrays.stream(numbers)
                        .mapToInt(number -> (int) Math.round(number))
                        .toArray();
    }

    /** Returns an array of numbers; a problem names the first invalid element. */
    public double @Nullable [] numbers(String name, int countMin, int countMax, double min, double max) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.size() < countMin || value.size() > countMax) {
            throw invalid(name, "Must be an array of " + countMin + " to " + countMax + " numbers.");
        }
        double[] numbers = new double[value.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = numberIn(value.get(i), pathOf(name) + "[" + i + "]", min, max);
        }
        return numbers;
    }

    /** Returns an array of texts; a problem names the first invalid element. */
    public @Nullable List<String> texts(String name, int countMax, int lengthMax) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.size() > countMax) {
            throw invalid(name, "Must be an array of at most " + countMax + " texts.");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString()
                    || element.stringValue().length() > lengthMax
                    || !isStorable(element.stringValue())) {
                throw ProblemType.INVALID_REQUEST.forField(
                        pathOf(name) + "[" + texts.size() + "]",
                        "Must be text of at most " + lengthMax + " characters.");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /** Returns an array of objects, whose problems name the element. */
    public @Nullable List<JsonFields> objects(String name, int countMax) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.size() > countMax) {
            throw invalid(name, "Must be an array of at most " + countMax + " objects.");
        }
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode element : value) {
            String at = pathOf(name) + "[" + objects.size() + "]";
            if (!element.isObject()) {
                throw ProblemType.INVALID_REQUEST.forField(at, "Must be an object.");
            }
            objects.add(new JsonFields(element, at + "."));
        }
        return objects;
    }

    /** Returns whether the field is present and text. */
    public boolean isText(String name) {
        JsonNode value = value(name);
        return value != null && value.isString();
    }

    /** Returns whether the field is present and null, which deletes a value in a PATCH. */
    public boolean isNull(String name) {
        JsonNode value = node.get(name);
        return value != null && value.isNull();
    }

    /** Rejects the first of these fields that is null, where null would change nothing. */
    public JsonFields notNull(String... names) {
        for (String name : names) {
            if (isNull(name)) {
                throw invalid(name, "Must not be null; leave the field out to keep its value.");
            }
        }
        return this;
    }

    /** Returns the value, or fails because the field is missing. */
    public <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw invalid(name, "The field is missing; it is required.");
        }
        return value;
    }

    public ProblemException invalid(String name, String detail) {
        return ProblemType.INVALID_REQUEST.forField(pathOf(name), detail);
    }

    public static @Nullable Instant parseTime(String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            return time.isBefore(TIME_MIN) || time.isAfter(TIME_MAX) ? null : time;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Map<String, @Nullable Object> members(JsonNode object) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        object.properties().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
        return members;
    }

    private static @Nullable Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> members(value);
            case ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                value.forEach(element -> elements.add(plain(element)));
                yield elements;
            }
            case STRING -> value.stringValue();
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.isIntegralNumber() || !isWhole(value) ? value.numberValue() : whole(value);
            case NULL, MISSING, BINARY, POJO -> null;
        };
    }

    private static double numberIn(JsonNode value, String at, double min, double max) {
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= min && number <= max)) {
            throw ProblemType.INVALID_REQUEST.forField(
                    at,
                    "Must be a number from "
                            + BigDecimal.valueOf(min).stripTrailingZeros().toPlainString() + " to "
                            + BigDecimal.valueOf(max).stripTrailingZeros().toPlainString() + ".");
        }
        return number;
    }

    private static long integerIn(JsonNode value, String at, long min, long max) {
        if (!isWhole(value) || value.longValue() < min || value.longValue() > max) {
            throw ProblemType.INVALID_REQUEST.forField(at, "Must be an integer from " + min + " to " + max + ".");
        }
        return value.longValue();
    }

    private static Number whole(JsonNode value) {
        long number = value.longValue();
        return number == (int) number ? (Number) (int) number : (Number) number;
    }

    private static boolean isWhole(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.canConvertToLong();
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        return number == Math.rint(number) && Math.abs(number) <= EXACT_INTEGER_MAX;
    }

    /** Returns whether the database can store text: without control characters and lone surrogates. */
    public static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(++i))) {
                    return false;
                }
            } else if (Character.isLowSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable JsonNode value(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private String pathOf(String name) {
        return path + name;
    }
}
