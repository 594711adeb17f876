package dev.mindfulcode.identity;

import dev.mindfulcode.dataprotection.UserCipher;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** A service's access to users' ciphers, with which this library seals personal text. */
public interface UserCiphers {

    /** Emits the cipher of a user; creates a key if the user has none. */
    Mono<UserCipher> create(UUID userId);

    /** Emits the cipher of a user; emits nothing for an erased user. */
    Mono<UserCipher> find(UUID userId);

    /** Emits the ciphers of those of the users who have a key. */
    Mono<Map<UUID, UserCipher>> findAll(Collection<UUID> userIds);
}
