package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A verified credential for Spring Security. Its name is the user's id; it does not contain the credential. */
public final class CallerAuthentication extends AbstractAuthenticationToken {

    /** The authority of signed-in users; API keys do not have it. */
    public static final String SIGNED_IN = "SIGNED_IN";

    /** The authority to send keystrokes and sessions. */
    public static final String INGEST = "INGEST";

    /** The authority to read one's own sessions and flow. */
    public static final String READ = "READ";

    private static final Map<Scope, List<GrantedAuthority>> AUTHORITIES = Map.of(
            Scope.EVERYTHING, authorities(SIGNED_IN, INGEST, READ),
            Scope.INGEST, authorities(INGEST),
            Scope.READ, authorities(READ));

    private final transient Identity identity;

    public CallerAuthentication(Identity identity) {
        super(Objects.requireNonNull(AUTHORITIES.get(identity.scope())));
        this.identity = identity;
        setAuthenticated(true);
    }

    private static List<GrantedAuthority> authorities(String... names) {
        return Arrays.stream(names)
                .<GrantedAuthority>map(SimpleGrantedAuthority::new)
                .toList();
    }

    Identity identity() {
        return identity;
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public Object getPrincipal() {
        return identity.userId();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }
}
