package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.webkit.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * Signs receipts: a JWS in compact form (RFC 7515) with Ed25519 (RFC 8037). Holders of the public key check them
 * without this service. Thread-safe.
 *
 * <p>Security guarantees: all gateways of a database sign with one key, which never leaves them but sealed with the
 * key-encryption key; it signs nothing else.
 */
final class ReceiptSigner {

    private static final String SECRET = "receipt-signing";
    private static final String TYPE = "mindful-receipt+jws";

    private final ProtectionSecrets secrets;

    ReceiptSigner(ProtectionSecrets secrets) {
        this.secrets = secrets;
    }

    /** Returns the document with its signature; blocks at the first call. */
    String sign(Object document) {
        Ed25519PrivateKeyParameters key = key();
        String header = "{\"alg\":\"EdDSA\",\"typ\":\"" + TYPE + "\",\"kid\":\"" + keyId(key) + "\"}";
        String signed = base64(header.getBytes(StandardCharsets.US_ASCII)) + "." + base64(Json.bytes(document));
        byte[] bytes = signed.getBytes(StandardCharsets.US_ASCII);
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, key);
        signer.update(bytes, 0, bytes.length);
        return signed + "." + base64(signer.generateSignature());
    }

    /** Returns the public key as a JWK set (RFC 7517); blocks at the first call. */
    String publicKeys() {
        Ed25519PrivateKeyParameters key = key();
        return "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\",\"use\":\"sig\",\"kid\":\""
                + keyId(key) + "\",\"x\":\"" + publicKey(key) + "\"}]}";
    }

    private Ed25519PrivateKeyParameters key() {
        return new Ed25519PrivateKeyParameters(secrets.get(SECRET), 0);
    }

    /** The thumbprint of the key (RFC 7638). */
    private static String keyId(Ed25519PrivateKeyParameters key) {
        String required = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + publicKey(key) + "\"}";
        try {
            return base64(MessageDigest.getInstance("SHA-256").digest(required.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String publicKey(Ed25519PrivateKeyParameters key) {
        return base64(key.generatePublicKey().getEncoded());
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
