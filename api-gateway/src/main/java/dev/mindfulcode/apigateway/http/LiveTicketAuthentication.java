package dev.mindfulcode.apigateway.http;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A ticket for a live connection, not verified yet. Never printed. */
public final class LiveTicketAuthentication extends AbstractAuthenticationToken {

    private final transient String ticket;

    public LiveTicketAuthentication(String ticket) {
        super(List.of());
        this.ticket = ticket;
    }

    public String ticket() {
        return ticket;
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public Object getPrincipal() {
        return "ticket";
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return ticket.hashCode();
    }
}
