package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A verified credential for Spring Security. Its name is the user's id; it does not contain the credential. */
public final class CallerAuthentication extends AbstractAuthenticationToken {

    /** The authority of signed-in users; API keys do not have it. */
    public static final String SIGNED_IN = "SIGNED_IN";

    private static final List<GrantedAuthority> SIGNED_IN_ONLY = List.of(new SimpleGrantedAuthority(SIGNED_IN));

    private final transient Identity identity;

    public CallerAuthentication(Identity identity) {
        super(identity.scope() == Scope.EVERYTHING ? SIGNED_IN_ONLY : List.of());
        this.identity = identity;
        setAuthenticated(true);
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
