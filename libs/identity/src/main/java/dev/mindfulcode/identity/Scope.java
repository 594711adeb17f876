package dev.mindfulcode.identity;

/** What a credential may be used for. */
public enum Scope {
    /** Whatever its user may do: an access token. */
    EVERYTHING,
    /** Sessions and keystrokes only: an API key. */
    INGEST
}
