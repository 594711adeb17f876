package dev.mindfulcode.webkit.json;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object and where it stands in the body, so that each refusal names the field at fault. Nothing is converted: a
 * number in quotes is text. A number whose fraction is zero is an integer, however it is written: some languages have
 * no other form. Null and absent are the same; fields that are not named by {@link #only} are refused.
 */
public final class JsonFields {

    private static final Instant TIME_MIN = Instant.EPOCH;
    private static final Instant TIME_MAX = Instant.parse("9999-01-01T00:00:00Z");

    /** The largest whole number up to which a double holds each of them. */
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

    /** Refuses the first field that is not one of these, so that a misspelt or imagined one is no silent success. */
    public JsonFields only(String... names) {
        List<String> known = List.of(names);
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw invalid(
                        name,
                        known.isEmpty()
                                ? "Unknown field; this request has none."
                                : "Unknown field. Known fields: " + String.join(", ", known) + ".");
            }
        }
        return this;
    }

    /** Refuses the first of these fields that is there. */
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
            throw invalid(name, "An object is expected.");
        }
        return new JsonFields(value, pathOf(name) + ".");
    }

    /** Text of 1 to {@code lengthMax} UTF-16 units in NFC, without control characters or halves of surrogate pairs. */
    public @Nullable String text(String name, int lengthMax) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw invalid(name, "Text is expected.");
        }
        String text = Normalizer.normalize(value.stringValue(), Normalizer.Form.NFC);
        if (text.isBlank() || text.length() > lengthMax) {
            throw invalid(name, "Text of 1 to " + lengthMax + " characters is expected.");
        }
        if (!isStorable(text)) {
            throw invalid(name, "Control characters and incomplete characters are not allowed.");
        }
        return text;
    }

    /** Text whatever it holds, which is not stored as it is. */
    public @Nullable String anyText(String name) {
        JsonNode value = value(name);
        if (value != null && !value.isString()) {
            throw invalid(name, "Text is expected.");
        }
        return value == null ? null : value.stringValue();
    }

    /**
     * Text of 1 to {@code lengthMax} UTF-16 units over several lines, which is read by a parser and stored by nobody.
     */
    public String requiredLines(String name, int lengthMax) {
        JsonNode value = required(name, value(name));
        if (!value.isString()) {
            throw invalid(name, "Text is expected.");
        }
        String text = value.stringValue();
        if (text.isBlank() || text.length() > lengthMax) {
            throw invalid(name, "Text of 1 to " + lengthMax + " characters is expected.");
        }
        return text;
    }

    /** This object's own members, as {@link #members(String)} gives them. */
    public Map<String, @Nullable Object> members() {
        return members(node);
    }

    /**
     * An object's members as plain values: text, numbers, booleans, nulls, lists and maps. Empty where it is absent.
     */
    public Map<String, @Nullable Object> members(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw invalid(name, "An object is expected.");
        }
        return members(value);
    }

    public String requiredText(String name, int lengthMax) {
        return required(name, text(name, lengthMax));
    }

    /** A UUID in its canonical form of 36 characters; the nil UUID is none. */
    public @Nullable UUID uuid(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        UUID uuid = value.isString() ? Uuids.parse(value.stringValue()) : null;
        if (uuid == null) {
            throw invalid(name, "A UUID is expected.");
        }
        return uuid;
    }

    /** An RFC 3339 time of the years 1970 to 9998. */
    public @Nullable Instant time(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        Instant time = value.isString() ? parseTime(value.stringValue()) : null;
        if (time == null) {
            throw invalid(name, "A time as in RFC 3339 is expected, such as 2026-01-31T08:30:00Z.");
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
            throw invalid(name, "true or false is expected.");
        }
        return value.booleanValue();
    }

    /**
     * An array of times in milliseconds, rounded to whole ones; the first that is out of bounds is named with its
     * index.
     */
    public int @Nullable [] milliseconds(String name, int countMin, int countMax, int max) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.size() < countMin || value.size() > countMax) {
            throw invalid(name, "An array of " + countMin + " to " + countMax + " numbers is expected.");
        }
        int[] times = new int[value.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = (int) Math.round(numberIn(value.get(i), pathOf(name) + "[" + i + "]", 0, max));
        }
        return times;
    }

    /** An array of texts; the first that is none is named with its index. */
    public @Nullable List<String> texts(String name, int countMax, int lengthMax) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isArray() || value.size() > countMax) {
            throw invalid(name, "An array of at most " + countMax + " texts is expected.");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString()
                    || element.stringValue().length() > lengthMax
                    || !isStorable(element.stringValue())) {
                throw ProblemType.INVALID_REQUEST.forField(
                        pathOf(name) + "[" + texts.size() + "]",
                        "Text of at most " + lengthMax + " characters is expected.");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /** Whether the field is there and text. */
    public boolean isText(String name) {
        JsonNode value = value(name);
        return value != null && value.isString();
    }

    /** Whether the field is there and null, which in a PATCH means: forget it. */
    public boolean isNull(String name) {
        JsonNode value = node.get(name);
        return value != null && value.isNull();
    }

    /** Returns what was read, or refuses the request because the field is missing. */
    public <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw invalid(name, "The field is required.");
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
                    "A number from "
                            + BigDecimal.valueOf(min).stripTrailingZeros().toPlainString() + " to "
                            + BigDecimal.valueOf(max).stripTrailingZeros().toPlainString() + " is expected.");
        }
        return number;
    }

    private static long integerIn(JsonNode value, String at, long min, long max) {
        if (!isWhole(value) || value.longValue() < min || value.longValue() > max) {
            throw ProblemType.INVALID_REQUEST.forField(at, "An integer from " + min + " to " + max + " is expected.");
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

    /**
     * Whether text is such as the database can keep and compare with: without control characters or halves of surrogate
     * pairs.
     */
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
