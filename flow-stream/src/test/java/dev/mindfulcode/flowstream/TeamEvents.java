package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import java.time.Instant;
import java.util.UUID;

/** Account events about teams, as the gateway writes them. */
final class TeamEvents {

    private TeamEvents() {}

    static AccountEvent joined(UUID teamId, Instant at) {
        return event(AccountEventKind.JOINED_TEAM, teamId, at)
                .setTeamViewer(false)
                .build();
    }

    static AccountEvent role(UUID teamId, Instant at, boolean viewer) {
        return event(AccountEventKind.ROLE_CHANGED, teamId, at)
                .setTeamViewer(viewer)
                .build();
    }

    static AccountEvent consent(UUID teamId, Instant at, boolean given) {
        return event(AccountEventKind.CONSENT_CHANGED, teamId, at)
                .setTeamConsent(given)
                .build();
    }

    static AccountEvent left(UUID teamId, Instant at) {
        return event(AccountEventKind.LEFT_TEAM, teamId, at).build();
    }

    private static AccountEvent.Builder event(AccountEventKind kind, UUID teamId, Instant at) {
        return AccountEvent.newBuilder().setKind(kind).setTeamId(teamId).setAt(at);
    }
}
