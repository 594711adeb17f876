package dev.mindfulcode.apigateway.plugins;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text of a CSV cell that no spreadsheet program evaluates as a formula, as OWASP's page on CSV injection requires. An
 * apostrophe goes before each character that begins a formula, full-width forms included: at the start of the text, and
 * after a character that a program with other settings takes for the end of a cell.
 *
 * <p>A text that is a number stays as it is, a negative one too: it is not a formula, and a program could not compute
 * with it behind an apostrophe.
 */
final class CsvCell {

    private static final String FORMULA_START = "=+\\-@\uFF1D\uFF0B\uFF0D\uFF20";

    /** Quotes, separators and format characters, which some programs remove before they look at a cell. */
    private static final String IGNORED = "[\\p{Z}\\p{Cf}\\u0000\"']*";

    private static final Pattern DANGEROUS = Pattern.compile("\\A(?=" + IGNORED + "[" + FORMULA_START + "\\t\\r\\n])"
            + "|(?:\\r\\n|[;|\\t\\r\\n])(?=" + IGNORED + "[" + FORMULA_START + "])");

    /** As JSON writes numbers. */
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");

    private CsvCell() {}

    /** Returns the text to write, still without quotes. */
    static String text(String text) {
        if (text.isEmpty() || NUMBER.matcher(text).matches()) {
            return text;
        }
        Matcher dangerous = DANGEROUS.matcher(text);
        return dangerous.find() ? dangerous.replaceAll("$0'") : text;
    }
}
