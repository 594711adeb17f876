package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.PublishedModel;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;

/** The stores of the users' side of the topology, for one task. Not thread-safe. */
record UserStores(
        SessionStore sessions,
        SessionTimers timers,
        UserStateStore users,
        PersonalLayerStore personal,
        ModelStore models,
        ReorderBuffer reorderBuffer,
        BatchIds batchIds,
        MinuteStore minutes,
        TeamContributionPublisher contributions) {

    static UserStores of(
            ProcessorContext<UUID, SpecificRecord> context,
            PayloadReader payloads,
            Deserializer<PublishedModel> publishedModels,
            StreamMeters meters) {
        KeyValueStore<Bytes, byte[]> sessions = context.getStateStore(FlowTopology.SESSIONS_STORE);
        SessionTimers timers = new SessionTimers(context.getStateStore(FlowTopology.SESSION_TIMERS_STORE));
        UserStateStore users = new UserStateStore(context.getStateStore(FlowTopology.USERS_STORE), sessions);
        PersonalLayerStore personal = new PersonalLayerStore(context.getStateStore(FlowTopology.PERSONAL_LAYERS_STORE));
        ModelStore models = new ModelStore(context.getStateStore(FlowTopology.MODELS_STORE), publishedModels, meters);
        MinuteStore minutes = new MinuteStore(
                context.getStateStore(FlowTopology.MINUTES_STORE), context.getStateStore(FlowTopology.PROGRESS_STORE));
        return new UserStores(
                new SessionStore(sessions, timers, users, personal, models),
                timers,
                users,
                personal,
                models,
                new ReorderBuffer(context.getStateStore(FlowTopology.REORDER_BUFFER_STORE), payloads),
                new BatchIds(context.getStateStore(FlowTopology.BATCH_IDS_STORE)),
                minutes,
                new TeamContributionPublisher(
                        context,
                        context.getStateStore(FlowTopology.MEMBERSHIPS_STORE),
                        context.getStateStore(FlowTopology.PENDING_CONTRIBUTIONS_STORE),
                        minutes));
    }

    /** Deletes everything about an erased user, except that they are erased. */
    void erase(UUID userId, long receivedAtMs) {
        sessions.delete(userId);
        reorderBuffer.delete(userId);
        batchIds.delete(userId);
        contributions.delete(userId, receivedAtMs);
        minutes.delete(userId);
        personal.delete(userId);
        users.erase(userId);
    }
}
