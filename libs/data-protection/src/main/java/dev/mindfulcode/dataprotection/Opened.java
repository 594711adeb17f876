package dev.mindfulcode.dataprotection;

import java.time.Instant;

/** The content of a value of a sealed topic, for a reader. */
public sealed interface Opened<V> {

    /** An event that the user's key decrypts. */
    record Event<V>(V event) implements Opened<V> {}

    /** The mark that the user was erased. */
    record Erased<V>(Instant at) implements Opened<V> {}

    /** An event of a user without a key, who was erased. */
    record NoKey<V>() implements Opened<V> {}
}
