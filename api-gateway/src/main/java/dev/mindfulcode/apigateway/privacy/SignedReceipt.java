package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.dataprotection.ErasureStatus;
import java.time.Instant;

/**
 * The content of a signed receipt: it names the account by a digest, which only somebody who knows the receipt and the
 * user's id can compute.
 *
 * @param issuer of the document
 * @param issuedAt the time of the signature; a receipt of an erasure in progress says so
 */
record SignedReceipt(String issuer, Instant issuedAt, ReceiptView erasure) {

    private static final String ISSUER = "mindful-code";

    static SignedReceipt of(ErasureStatus status, Instant now) {
        return new SignedReceipt(ISSUER, now, ReceiptView.of(status));
    }
}
