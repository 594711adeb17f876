package dev.mindfulcode.plugins;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of small JSON (RFC 8259), for manifests and results.
 *
 * <p>Stricter than JSON where a Postgres {@code jsonb} column is: no NUL in a string, no lone surrogate, no name twice in an object, and
 * numbers that a double can hold. Values come as Map, List, String, Double, Boolean and null.
 */
final class Json {
    private static final int NESTING_MAX = 16;
    private static final int NUMBER_CHARS_MAX = 40;

    /** What is wrong, and at which character. */
    static final class MalformedJsonException extends Exception {
        MalformedJsonException(String message) {
            super(message);
        }
    }

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Map<String, @Nullable Object> object(String text) throws MalformedJsonException {
        Json json = new Json(text);
        json.blank();
        if (json.peek() != '{') {
            throw json.wrong("An object is expected");
        }
        Map<String, @Nullable Object> object = json.readObject(1);
        json.blank();
        if (json.at < text.length()) {
            throw json.wrong("Nothing may follow the object");
        }
        return object;
    }

    private @Nullable Object value(int nesting) throws MalformedJsonException {
        return switch (peek()) {
            case '{' -> readObject(nesting);
            case '[' -> array(nesting);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> readObject(int nesting) throws MalformedJsonException {
        deeper(nesting);
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        at++;
        blank();
        if (peek() == '}') {
            at++;
            return object;
        }
        while (true) {
            blank();
            if (peek() != '"') {
                throw wrong("A name in quotation marks is expected");
            }
            String name = string();
            blank();
            expect(':');
            blank();
            if (object.containsKey(name)) {
                throw wrong("A name is there twice in an object");
            }
            object.put(name, value(nesting + 1));
            blank();
            if (peek() == '}') {
                at++;
                return object;
            }
            expect(',');
        }
    }

    private List<@Nullable Object> array(int nesting) throws MalformedJsonException {
        deeper(nesting);
        List<@Nullable Object> array = new ArrayList<>();
        at++;
        blank();
        if (peek() == ']') {
            at++;
            return array;
        }
        while (true) {
            blank();
            array.add(value(nesting + 1));
            blank();
            if (peek() == ']') {
                at++;
                return Collections.unmodifiableList(array);
            }
            expect(',');
        }
    }

    private String string() throws MalformedJsonException {
        at++;
        StringBuilder out = new StringBuilder();
        while (true) {
            char next = take();
            if (next == '"') {
                break;
            }
            if (next < 0x20) {
                throw wrong("A control character stands unescaped in a string");
            }
            out.append(next == '\\' ? escaped() : next);
        }
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c == 0) {
                throw wrong("A string holds NUL");
            }
            if (Character.isHighSurrogate(c) && i + 1 < out.length() && Character.isLowSurrogate(out.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw wrong("A string holds half a character");
            }
        }
        return out.toString();
    }

    private char escaped() throws MalformedJsonException {
        char escape = take();
        return switch (escape) {
            case '"', '\\', '/' -> escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = hexadecimal(take());
                    if (digit < 0) {
                        throw wrong("Four hexadecimal digits are expected");
                    }
                    code = code << 4 | digit;
                }
                yield (char) code;
            }
            default -> throw wrong("There is no such escape");
        };
    }

    private static int hexadecimal(char digit) {
        return digit < 0x80 ? Character.digit(digit, 16) : -1;
    }

    private Double number() throws MalformedJsonException {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        if (at - from > NUMBER_CHARS_MAX) {
            throw wrong("A number is longer than " + NUMBER_CHARS_MAX + " characters");
        }
        double value = Double.parseDouble(text.substring(from, at));
        if (Double.isInfinite(value)) {
            throw wrong("A number is beyond a double");
        }
        return value;
    }

    private void digits() throws MalformedJsonException {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == from) {
            throw wrong("A value is expected");
        }
    }

    private @Nullable Boolean word(String word, @Nullable Boolean value) throws MalformedJsonException {
        if (!text.startsWith(word, at)) {
            throw wrong("A value is expected");
        }
        at += word.length();
        return value;
    }

    private void deeper(int nesting) throws MalformedJsonException {
        if (nesting > NESTING_MAX) {
            throw wrong("Nested deeper than " + NESTING_MAX);
        }
    }

    private void blank() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char expected) throws MalformedJsonException {
        if (peek() != expected) {
            throw wrong("'" + expected + "' is expected");
        }
        at++;
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private char take() throws MalformedJsonException {
        if (at == text.length()) {
            throw wrong("The text ends within a string");
        }
        return text.charAt(at++);
    }

    private MalformedJsonException wrong(String what) {
        return new MalformedJsonException(what + " (at character " + at + ")");
    }
}
