package dev.mindfulcode.identity;

/** The permitted use of a credential. */
public enum Scope {
    /** All rights of the user: an access token. */
    EVERYTHING("everything"),
    /** Sessions and keystrokes only: an API key for an editor. */
    INGEST("ingest"),
    /** Reads of the user's own sessions and flow only: an API key for a calendar or a dashboard of one's own. */
    READ("read");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /**
     * Returns the scope of an API key with this name.
     *
     * @throws IllegalArgumentException if no API key has such a scope
     */
    public static Scope ofApiKey(String text) {
        return switch (text) {
            case "ingest" -> INGEST;
            case "read" -> READ;
            default -> throw new IllegalArgumentException("Unknown scope of an API key: " + text);
        };
    }

    /** Returns the name in tables and in the API. */
    public String text() {
        return text;
    }

    /** Returns whether this is the scope of an API key, which does not expire, and not of a token. */
    public boolean isOfApiKey() {
        return this != EVERYTHING;
    }
}
