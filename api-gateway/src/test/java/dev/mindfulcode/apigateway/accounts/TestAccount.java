package dev.mindfulcode.apigateway.accounts;

import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** A registered account, created without the deliberately slow hashing of a registration. */
public record TestAccount(UUID userId, String accessToken, String refreshToken) {

    public static final String PASSWORD = "correct horse battery staple";

    /** A hash of the password with outdated parameters. */
    public static final String OUTDATED_HASH =
            "$argon2id$v=19$m=65536,t=3,p=4$Ls8aSb/yaXovIv/B2Shdtw" + "$81Gg0rJrCy32KC4YPvsdM8P3Ew9UsQOr7zi6y1+zbvo";

    /** A hash of the password with the current parameters, computed once for all accounts. */
    private static final String HASH = new Argon2id(1).hash(PASSWORD);

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    public static TestAccount with(ApplicationContext gateway, String email) {
        Tokens tokens = Objects.requireNonNull(gateway.getBean(Registration.class)
                .registerHashed(Objects.requireNonNull(EmailAddress.parse(email)), HASH, null, "Europe/Berlin")
                .block(TIMEOUT));
        return new TestAccount(tokens.userId(), tokens.accessToken(), tokens.refreshToken());
    }
}
