package dev.mindfulcode.apigateway.accounts;

import com.nulabinc.zxcvbn.Strength;
import com.nulabinc.zxcvbn.Zxcvbn;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The policy for new passwords: long enough and not easily guessed (NIST SP 800-63B section 3.1.1.2), without rules of
 * composition. Thread-safe.
 */
final class PasswordPolicy {

    static final int LENGTH_MIN = 8;
    static final int LENGTH_MAX = 128;

    /** UTF-16 units in which {@link #LENGTH_MAX} code points always fit. */
    static final int UNITS_MAX = 2 * LENGTH_MAX;

    /** On zxcvbn's scale of 0 to 4; from 3 a password needs at least 10^8 guesses. */
    private static final int SCORE_MIN = 3;

    /**
     * zxcvbn's time grows faster than the length. Of a longer password known words are removed, which a cut might hide,
     * and its beginning and end are scored; the better score counts.
     */
    static final int SCORED_UNITS_MAX = 40;

    private static final List<String> APP_WORDS = List.of("mindful", "code", "mindfulcode", "mindful code");
    private static final int WORD_LENGTH_MIN = 3;
    private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private static final String ADVICE = " Use a few unusual words, or a password manager.";

    private final Zxcvbn zxcvbn = new Zxcvbn();

    /** Returns one form for texts that look the same, independent of how the keyboard composed them. */
    static String normalised(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    /** Returns the fault in the length of a normalised password, or null; fast. */
    static @Nullable String lengthFault(String password) {
        int length = password.codePointCount(0, password.length());
        return length < LENGTH_MIN || length > LENGTH_MAX
                ? "A password has " + LENGTH_MIN + " to " + LENGTH_MAX + " characters."
                : null;
    }

    /**
     * Returns why a normalised password is easily guessed, or null if it is not; needs up to some milliseconds.
     *
     * @param personal words that an attacker knows of the user: address and name
     */
    @Nullable
    String guessFault(String password, List<String> personal) {
        List<String> known = knownWords(personal);
        String scored = password.length() > SCORED_UNITS_MAX ? without(known, password) : password;
        Strength strength = zxcvbn.measure(beginning(scored), known);
        if (strength.getScore() < SCORE_MIN && scored.length() > SCORED_UNITS_MAX) {
            Strength end = zxcvbn.measure(scored.substring(scored.length() - SCORED_UNITS_MAX), known);
            strength = end.getGuesses() > strength.getGuesses() ? end : strength;
        }
        if (strength.getScore() >= SCORE_MIN) {
            return null;
        }
        String warning = strength.getFeedback().getWarning(Locale.ROOT);
        return warning == null || warning.isBlank()
                ? "The password is easily guessed." + ADVICE
                : "The password is easily guessed: " + warning.replaceFirst("\\.$", "") + "." + ADVICE;
    }

    private static String beginning(String password) {
        return password.substring(0, Math.min(password.length(), SCORED_UNITS_MAX));
    }

    private static String without(List<String> known, String password) {
        String longestFirst = known.stream()
                .filter(word -> !word.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return Pattern.compile(longestFirst, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                .matcher(password)
                .replaceAll("");
    }

    private static List<String> knownWords(List<String> personal) {
        List<String> words = new ArrayList<>(APP_WORDS);
        for (String text : personal) {
            String lower = text.toLowerCase(Locale.ROOT);
            words.add(lower);
            words.add(NO_LETTERS.matcher(lower).replaceAll(""));
            int at = lower.lastIndexOf('@');
            if (at > 0) {
                words.add(lower.substring(0, at));
                words.add(NO_LETTERS.matcher(lower.substring(0, at)).replaceAll(""));
            }
            for (String part : NO_LETTERS.split(lower)) {
                if (part.length() >= WORD_LENGTH_MIN) {
                    words.add(part);
                }
            }
        }
        return words;
    }
}
