package dev.mindfulcode.cli.privacy;

import dev.mindfulcode.cli.UserErrorException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A receipt as a JWS in compact form, of which nothing is trusted until its signature has been checked. */
final class SignedReceipt {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String ALGORITHM = "EdDSA";
    private static final String TYPE = "mindful-receipt+jws";
    private static final int KEY_SIZE_BYTES = 32;

    private final String[] parts;
    private final JsonNode header;

    private SignedReceipt(String[] parts, JsonNode header) {
        this.parts = parts;
        this.header = header;
    }

    /** @throws UserErrorException if the text is no receipt */
    static SignedReceipt parse(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (parts.length != 3) {
            throw new UserErrorException("This is no receipt: a receipt has three parts, separated by dots.");
        }
        JsonNode header = json(parts[0]);
        if (!header.path("typ").asString("").equals(TYPE)
                || !header.path("alg").asString("").equals(ALGORITHM)) {
            throw new UserErrorException("This is no receipt: its type is not " + TYPE + " with " + ALGORITHM + ".");
        }
        return new SignedReceipt(parts, header);
    }

    /**
     * Returns the content if a key of the set signed it.
     *
     * @param keys a JWK set
     * @throws UserErrorException if the signature is wrong, or of another key
     */
    JsonNode verified(JsonNode keys) {
        String keyId = header.path("kid").asString("");
        for (JsonNode key : keys.path("keys")) {
            if (key.path("kid").asString("").equals(keyId)) {
                if (!isSignedBy(key)) {
                    throw new UserErrorException("The signature is wrong: the receipt was changed or forged.");
                }
                return json(parts[1]);
            }
        }
        throw new UserErrorException("The keys do not include the one that signed the receipt: " + keyId + ".");
    }

    private boolean isSignedBy(JsonNode jwk) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(publicKey(decoded(jwk.path("x").asString(""))));
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(decoded(parts[2]));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** RFC 8032: little-endian y, with the lowest bit of x in the highest bit. */
    private static PublicKey publicKey(byte[] encoded) throws GeneralSecurityException {
        if (encoded.length != KEY_SIZE_BYTES) {
            throw new GeneralSecurityException("not a key of Ed25519");
        }
        byte[] y = new byte[KEY_SIZE_BYTES];
        for (int i = 0; i < KEY_SIZE_BYTES; i++) {
            y[i] = encoded[KEY_SIZE_BYTES - 1 - i];
        }
        boolean isXOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(
                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(isXOdd, new BigInteger(1, y))));
    }

    private static JsonNode json(String part) {
        try {
            return JSON.readTree(decoded(part));
        } catch (JacksonException e) {
            throw new UserErrorException("This is no receipt: a part is not JSON.");
        }
    }

    private static byte[] decoded(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException("This is no receipt: a part is not base64url.");
        }
    }
}
