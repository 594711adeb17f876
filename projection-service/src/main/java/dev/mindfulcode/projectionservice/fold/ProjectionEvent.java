package dev.mindfulcode.projectionservice.fold;

import dev.mindfulcode.dataprotection.UserCipher;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A decoded record of a topic.
 *
 * @param offset in its partition; increases with each event of a user, since all of them are in one partition
 * @param userId the record's key
 * @param cipher decrypts this user's data; null on topics whose key is not a user
 */
public record ProjectionEvent(
        long offset, UUID userId, @Nullable UserCipher cipher, SpecificRecord value) {}
