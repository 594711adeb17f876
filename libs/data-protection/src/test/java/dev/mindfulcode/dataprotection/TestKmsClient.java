package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A key management service in memory, which Tink finds as it finds those of clouds. Its keys are made on demand. */
public final class TestKmsClient implements KmsClient {

    static final String SCHEME = "test-kms://";

    private static final Map<String, Aead> KEYS = new ConcurrentHashMap<>();

    private final boolean hasCredentials;

    public TestKmsClient() {
        this(false);
    }

    private TestKmsClient(boolean hasCredentials) {
        this.hasCredentials = hasCredentials;
    }

    @Override
    public boolean doesSupport(String keyUri) {
        return keyUri.startsWith(SCHEME);
    }

    @Override
    public KmsClient withCredentials(@Nullable String credentialPath) {
        return new TestKmsClient(true);
    }

    @Override
    public KmsClient withDefaultCredentials() {
        return new TestKmsClient(true);
    }

    @Override
    public Aead getAead(String keyUri) throws GeneralSecurityException {
        if (!hasCredentials || keyUri.endsWith("/unknown")) {
            throw new GeneralSecurityException("no credentials, or no such key");
        }
        return KEYS.computeIfAbsent(keyUri, _ -> AesGcm.of(AesGcm.randomKey()));
    }
}
