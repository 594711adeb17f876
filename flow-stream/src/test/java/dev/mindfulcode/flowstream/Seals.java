package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.Topic;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Utils;

/** Values of topics as they are on the wire: sealed where the topic is. */
final class Seals {

    private static final Map<Topic<?>, SealedEvents<?>> SEALED = new ConcurrentHashMap<>();

    private Seals() {}

    static <V extends SpecificRecord> byte[] value(Topic<V> topic, UUID userId, V event) {
        return topic.sealed()
                ? sealed(topic).seal(event, Typing.KEYS.find(userId).orElseThrow())
                : StreamDriver.serde(topic).serializer().serialize(topic.name(), event);
    }

    /** Returns what the key of a user opens. */
    static <V extends SpecificRecord> V event(Topic<V> topic, UUID userId, byte[] value) {
        return find(topic, userId, value).orElseThrow();
    }

    /** Returns what the key of a user opens; empty if they were erased. */
    static <V extends SpecificRecord> Optional<V> find(Topic<V> topic, UUID userId, byte[] value) {
        if (!topic.sealed()) {
            return Optional.of(StreamDriver.serde(topic).deserializer().deserialize(topic.name(), value));
        }
        SealedEvents<V> sealed = sealed(topic);
        synchronized (sealed) {
            return switch (sealed.open(userId, value, Typing.KEYS::find)) {
                case Opened.Event<V>(V event) -> Optional.of(event);
                case Opened.Erased<V> _, Opened.NoKey<V> _ -> Optional.empty();
            };
        }
    }

    /** Returns what a member contributes. */
    static ByteBuffer totals(TeamContribution contribution) {
        ContributionSeal seal = new ContributionSeal(KeyLookup.of(Typing.KEYS));
        UUID userId = contribution.getUserId();
        seal.begin(Set.of(userId));
        byte[] totals = seal.open(userId, Utils.toArray(contribution.getTotals()));
        return ByteBuffer.wrap(Objects.requireNonNull(totals));
    }

    /** One per topic: each new one would ask the registry again. */
    @SuppressWarnings("unchecked") // each topic's is its own
    static <V extends SpecificRecord> SealedEvents<V> sealed(Topic<V> topic) {
        return (SealedEvents<V>) SEALED.computeIfAbsent(topic, _ -> new SealedEvents<>(topic, StreamDriver.REGISTRY));
    }
}
