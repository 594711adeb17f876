package dev.mindfulcode.apigateway.http;

import com.ibm.icu.text.Normalizer2;
import java.text.Normalizer;

/**
 * Unicode normal forms of text. Text is stored in NFC, which retains every visible distinction. Where case does not
 * matter it is compared in NFKC_Casefold, which is never shown.
 */
public final class NormalForm {

    private static final Normalizer2 FOLDED = Normalizer2.getNFKCCasefoldInstance();

    private NormalForm() {}

    /** Returns the text in NFC. */
    public static String of(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /**
     * Returns a key that is equal for spellings that differ in case or in compatibility characters only, such as Java
     * and JAVA.
     */
    public static String folded(String text) {
        return FOLDED.normalize(text.strip());
    }
}
