package dev.mindfulcode.dataprotection;

import java.util.UUID;

/** Refusal to create a key for a user who has been erased. */
public final class ErasedUserException extends RuntimeException {

    ErasedUserException(UUID userId) {
        super("User " + userId + " has been erased; no key is created again");
    }
}
