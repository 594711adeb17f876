package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models as flow-models has them: the one that is to be used, and those that sessions began with. Kafka Streams has
 * read that topic to its end before it processes the first record of any other.
 *
 * <p>What is no model, or none for this engine, is refused, logged without its content and counted, and the model
 * before stays in use. A registry that does not answer says nothing about a record: that is thrown. Not thread-safe;
 * one a task.
 */
final class ModelStore {

    private static final Logger log = LoggerFactory.getLogger(ModelStore.class);

    static final Bytes ACTIVE = Bytes.wrap(Topics.ACTIVE_MODEL.getBytes(StandardCharsets.UTF_8));

    private static final byte[] NEVER_READ = new byte[0];

    private final ReadOnlyKeyValueStore<Bytes, byte[]> store;
    private final Deserializer<PublishedModel> deserializer;
    private final StreamMeters meters;
    private final Map<Integer, SessionState> flyweights = new HashMap<>();
    private final SessionState builtIn = new SessionState();

    private byte @Nullable [] activeBytes = NEVER_READ;
    private SessionState active = builtIn;

    ModelStore(
            ReadOnlyKeyValueStore<Bytes, byte[]> store,
            Deserializer<PublishedModel> deserializer,
            StreamMeters meters) {
        this.store = store;
        this.deserializer = deserializer;
        this.meters = meters;
        flyweights.put(builtIn.modelFingerprint(), builtIn);
    }

    /** Returns a flyweight of the model to be used now: always the same one while that does not change. */
    @SuppressWarnings(
            "ReferenceEquality") // the store gives the same array until another model is there: one look a batch
    SessionState active() {
        byte[] bytes = store.get(ACTIVE);
        if (bytes != activeBytes) {
            if (bytes == null) {
                active = builtIn;
            } else {
                FlowModel model = read(bytes, true);
                active = model == null ? active : flyweight(model);
            }
            activeBytes = bytes;
        }
        return active;
    }

    /** Returns a flyweight of the model with this fingerprint, or null where no model that is known has it. */
    @Nullable
    SessionState withFingerprint(int fingerprint) {
        SessionState known = flyweights.get(fingerprint);
        if (known != null || fingerprint == 0) {
            return known;
        }
        active();
        try (KeyValueIterator<Bytes, byte[]> rows = store.all()) {
            rows.forEachRemaining(row -> {
                FlowModel model = read(row.value, false);
                if (model != null) {
                    flyweight(model);
                }
            });
        }
        return flyweights.get(fingerprint);
    }

    private SessionState flyweight(FlowModel model) {
        return flyweights.computeIfAbsent(ModelArtefact.fingerprint(model), unknown -> new SessionState(model));
    }

    private @Nullable FlowModel read(byte[] bytes, boolean told) {
        String why;
        try {
            PublishedModel published = deserializer.deserialize(Topics.FLOW_MODELS.name(), bytes);
            if (published.getFeatureVersion() == FlowModel.FEATURE_VERSION) {
                FlowModel model = ModelArtefact.decode(bytes(published.getArtefact()));
                if (model.id().equals(published.getModelId())) {
                    return model;
                }
                why = "its id is not its artefact's";
            } else {
                why = "it was trained on other features than this engine's";
            }
        } catch (SerializationException e) {
            why = "it is no record of this topic";
        } catch (MalformedModelException e) {
            why = "its artefact is damaged";
        }
        if (told) {
            meters.modelsRejected.increment();
            log.error(
                    "The model under the active key of {} is refused, the one before stays: {}",
                    Topics.FLOW_MODELS.name(),
                    why);
        }
        return null;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
