package dev.mindfulcode.apigateway.alerts;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The number of last days that an indicator compares with the weeks before. */
public enum Lookback {
    WEEK(7),
    TWO_WEEKS(14),
    FOUR_WEEKS(28);

    private final int days;

    Lookback(int days) {
        this.days = days;
    }

    public int days() {
        return days;
    }

    /** Returns the lookback as the API spells it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns null if the text is not a lookback. */
    public static @Nullable Lookback parse(String text) {
        return Arrays.stream(values())
                .filter(lookback -> lookback.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    static Lookback ofDays(int days) {
        return Arrays.stream(values())
                .filter(lookback -> lookback.days == days)
                .findFirst()
                .orElse(TWO_WEEKS);
    }
}
