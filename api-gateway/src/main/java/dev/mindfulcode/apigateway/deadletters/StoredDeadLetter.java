package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.Uuids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter at its position.
 *
 * @param storedAt by the broker's clock
 */
record StoredDeadLetter(DeadLetterId id, Instant storedAt, DeadLetter letter) {

    /** The component that rejects what users typed. */
    private static final String STREAM = "flow-stream";

    private static final String PROJECTIONS = "projection-service";

    /**
     * Topics whose records count once and in any order, by the ids of their batches: a copy at the end of the log has
     * the effect that the original would have had.
     */
    private static final Set<String> ANY_ORDER =
            Stream.of(Topics.KEYSTROKES, Topics.FLOW_FEATURES).map(Topic::name).collect(Collectors.toUnmodifiableSet());

    private static final Set<String> IN_ORDER = Stream.of(Topics.SESSIONS, Topics.ACCOUNTS, Topics.FLOW_FEEDBACK)
            .map(Topic::name)
            .collect(Collectors.toUnmodifiableSet());

    String component() {
        return String.valueOf(letter.getComponent());
    }

    String topic() {
        return String.valueOf(letter.getTopic());
    }

    String reason() {
        return String.valueOf(letter.getReason());
    }

    /** Returns the user of the record, or null if its key is not that of a user. */
    @Nullable
    UUID userId() {
        ByteBuffer key = letter.getKey();
        return key == null
                ? null
                : Uuids.parse(StandardCharsets.UTF_8.decode(key.duplicate()).toString());
    }

    byte @Nullable [] value() {
        ByteBuffer value = letter.getValue();
        if (value == null) {
            return null;
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }

    /** Returns why this letter cannot be redriven and what to do instead, or null if it can. */
    @Nullable
    String obstacle() {
        if (component().equals(PROJECTIONS)) {
            return "Projections read the log again from its first record: mindful rebuild.";
        }
        if (!component().equals(STREAM)) {
            return "Only records that flow-stream rejected are redriven.";
        }
        if (IN_ORDER.contains(topic())) {
            return "Events of " + topic() + " apply in their order, and later ones may have replaced this one: its user"
                    + " repeats the change.";
        }
        if (!ANY_ORDER.contains(topic())) {
            return "Records of " + topic() + " are computed from others.";
        }
        if (userId() == null) {
            return "The key of the record is not the id of a user.";
        }
        return letter.getValue() == null ? "The letter has no value to send again." : null;
    }
}
