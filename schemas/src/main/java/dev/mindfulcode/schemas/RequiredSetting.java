package dev.mindfulcode.schemas;

import org.jspecify.annotations.Nullable;

/** A setting without which a service does not start. */
public final class RequiredSetting {

    private RequiredSetting() {}

    /**
     * Returns a setting's value without surrounding white space.
     *
     * @param variable the environment variable, such as {@code DATABASE_URL}
     * @param example a value of the expected form
     * @throws IllegalArgumentException if the value is missing or blank; the message names the variable and the example
     */
    public static String of(String variable, @Nullable String value, String example) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set. Set it, for example to " + example);
        }
        return value.strip();
    }
}
