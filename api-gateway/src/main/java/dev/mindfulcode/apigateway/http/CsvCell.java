package dev.mindfulcode.apigateway.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Escapes the text of a CSV cell so that no spreadsheet program evaluates it as a formula (OWASP, CSV injection).
 * Inserts an apostrophe before each character that starts a formula, including full-width forms, at the start of the
 * text and after any character that a program may read as the end of a cell.
 *
 * <p>Leaves numbers unchanged, also negative ones, so that programs can compute with them.
 */
public final class CsvCell {

    private static final String FORMULA_START = "=+\\-@\uFF1D\uFF0B\uFF0D\uFF20";

    /** Quotes, separators and format characters, which some programs remove before they parse a cell. */
    private static final String IGNORED = "[\\p{Z}\\p{Cf}\\u0000\"']*";

    private static final Pattern DANGEROUS = Pattern.compile("\\A(?=" + IGNORED + "[" + FORMULA_START + "\\t\\r\\n])"
            + "|(?:\\r\\n|[;|\\t\\r\\n])(?=" + IGNORED + "[" + FORMULA_START + "])");

    /** As JSON writes numbers. */
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");

    private CsvCell() {}

    /** Returns the text to write, still without quotes. */
    public static String text(String text) {
        if (text.isEmpty() || NUMBER.matcher(text).matches()) {
            return text;
        }
        Matcher dangerous = DANGEROUS.matcher(text);
        return dangerous.find() ? dangerous.replaceAll("$0'") : text;
    }
}
