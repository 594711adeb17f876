package dev.mindfulcode.apigateway.accounts;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Somebody who has registered, without the hashing that makes registering slow on purpose. */
public record TestAccount(UUID userId, String accessToken, String refreshToken) {

    public static final String PASSWORD = "correct horse battery staple";

    /** Of the password, with the parameters that hashes had before. */
    public static final String OUTDATED_HASH =
            "$argon2id$v=19$m=65536,t=3,p=4$Ls8aSb/yaXovIv/B2Shdtw" + "$81Gg0rJrCy32KC4YPvsdM8P3Ew9UsQOr7zi6y1+zbvo";

    /** Of the password, made as the gateway makes them, once for all who sign up. */
    private static final String HASH = new Argon2id(1).hash(PASSWORD);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public static TestAccount with(ApplicationContext gateway, String email) {
        Accounts.Tokens tokens = Objects.requireNonNull(gateway.getBean(Accounts.class)
                .registerHashed(Objects.requireNonNull(EmailAddress.parse(email)), HASH, null, "Europe/Berlin")
                .block(PATIENCE));
        return new TestAccount(tokens.userId(), tokens.accessToken(), tokens.refreshToken());
    }
}
