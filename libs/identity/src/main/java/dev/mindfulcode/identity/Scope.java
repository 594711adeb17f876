package dev.mindfulcode.identity;

/** The permitted use of a credential. */
public enum Scope {
    /** All rights of the user: an access token. */
    EVERYTHING,
    /** Sessions and keystrokes only: an API key. */
    INGEST
}
