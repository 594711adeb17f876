package dev.mindfulcode.dataprotection;

import java.util.Locale;

/** A place that holds data of a user, as the receipt of a purge lists it. */
public enum ErasurePlace {
    KEY("The data keys of the account. What they encrypted is unreadable, wherever it is stored."),
    KEYSTROKES("Topic keystrokes: encrypted with a destroyed key."),
    EVENTS("Topics of sessions, account, ratings and flow: encrypted with a destroyed key."),
    DEAD_LETTERS("Topic dead-letters: encrypted with a destroyed key; each record expires after 28 days."),
    TOKENS("Sign-ins: refresh tokens deleted, access tokens revoked."),
    API_KEYS("API keys: deleted and revoked."),
    INVITATIONS("Invitations into teams, by the account and for its address: deleted."),
    LIVE_CONNECTIONS("WebSockets, event streams and GraphQL subscriptions: closed by every gateway."),
    CACHES("Keys and credentials in the memory of services: evicted."),
    TEAMS("Memberships: ended. A team without an owner gets its oldest admin or member; an empty team is deleted."),
    IDEMPOTENT_ANSWERS("Stored answers to requests with an idempotency key: deleted."),
    LIVE_TICKETS("Tickets for live connections: deleted."),
    PREFERENCES("Preferences, exports, privacy settings with their history, prompts and suggestions: deleted."),
    PLUGINS("Plugins, grants and requested runs: deleted."),
    ACCOUNT("The account with address, name and password hash: deleted."),
    SESSIONS("Ids of sessions with their owner, and the last day of activity: deleted."),
    OUTBOX("Events that waited for publication or were published within a day: deleted."),
    MARKER("The event that marks the account as erased: published."),
    STATE_STORES("State of the stream: deleted."),
    CHANGELOGS("Changelogs of that state: tombstones written; older values are encrypted with a destroyed key."),
    TEAM_CONTRIBUTIONS("Contributions to open team windows: withdrawn. Released windows are sums and stay."),
    READ_MODELS("Rows of every build of every projection: deleted."),
    PLUGIN_RESULTS("State and results of plugin runs: deleted."),
    KEY_TABLE("Files and write-ahead log of the database: rewritten without the deleted key."),
    BACKUPS("Backups made earlier: outside of this service.");

    private final String description;

    ErasurePlace(String description) {
        this.description = description;
    }

    /** Returns the place as the receipt and the table spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String description() {
        return description;
    }
}
