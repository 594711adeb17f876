package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The published models: the active one, and those that sessions began with. Kafka Streams reads their topic to its end
 * before it processes any other record.
 *
 * <p>A record that is not a model for this engine is rejected, logged without its content and counted; the previous
 * model stays active. An unavailable registry is not the fault of a record: that exception is thrown. Not thread-safe;
 * one per task.
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

    /** Returns a flyweight of the active model: the same one until the model changes. */
    @SuppressWarnings("ReferenceEquality") // the store returns the same array until the model changes
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

    /** Returns a flyweight of the model with this fingerprint, or null if no known model has it. */
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

    private @Nullable FlowModel read(byte[] bytes, boolean isActive) {
        String fault;
        try {
            PublishedModel published = deserializer.deserialize(Topics.FLOW_MODELS.name(), bytes);
            if (published.getFeatureVersion() == FlowModel.FEATURE_VERSION) {
                FlowModel model = ModelArtefact.decode(Utils.toArray(published.getArtefact()));
                if (model.id().equals(published.getModelId())) {
                    return model;
                }
                fault = "its id differs from its artefact's";
            } else {
                fault = "it was trained on features of version " + published.getFeatureVersion()
                        + ", this engine computes version " + FlowModel.FEATURE_VERSION;
            }
        } catch (SerializationException e) {
            fault = "it is not a record of this topic";
        } catch (MalformedModelException e) {
            fault = "its artefact cannot be used: " + e.getMessage();
        }
        if (isActive) {
            meters.modelsRejected.increment();
            log.error(
                    "Active model rejected; the previous one stays active: topic={}, fault={}",
                    Topics.FLOW_MODELS.name(),
                    fault);
        }
        return null;
    }
}
