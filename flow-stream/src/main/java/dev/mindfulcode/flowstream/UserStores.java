package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.PublishedModel;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** The stores of the users' side of the topology, for one task. Not thread-safe. */
record UserStores(
        UserCiphers ciphers,
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
            ProcessorContext<UUID, Object> context,
            UserCiphers ciphers,
            Deserializer<PublishedModel> publishedModels,
            StreamMeters meters) {
        Function<String, SealedStore> sealed = name -> new SealedStore(context.getStateStore(name), ciphers);
        SealedStore sessions = sealed.apply(FlowTopology.SESSIONS_STORE);
        SessionTimers timers = new SessionTimers(sealed.apply(FlowTopology.SESSION_TIMERS_STORE));
        UserStateStore users = new UserStateStore(context.getStateStore(FlowTopology.USERS_STORE), ciphers, sessions);
        PersonalLayerStore personal = new PersonalLayerStore(sealed.apply(FlowTopology.PERSONAL_LAYERS_STORE));
        ModelStore models = new ModelStore(context.getStateStore(FlowTopology.MODELS_STORE), publishedModels, meters);
        MinuteStore minutes = new MinuteStore(
                context.getStateStore(FlowTopology.MINUTES_STORE),
                context.getStateStore(FlowTopology.PROGRESS_STORE),
                ciphers);
        return new UserStores(
                ciphers,
                new SessionStore(sessions, timers, users, personal, models),
                timers,
                users,
                personal,
                models,
                new ReorderBuffer(sealed.apply(FlowTopology.REORDER_BUFFER_STORE)),
                new BatchIds(sealed.apply(FlowTopology.BATCH_IDS_STORE)),
                minutes,
                new TeamContributionPublisher(
                        context,
                        sealed.apply(FlowTopology.MEMBERSHIPS_STORE),
                        sealed.apply(FlowTopology.PENDING_CONTRIBUTIONS_STORE),
                        minutes,
                        ciphers));
    }

    /**
     * Restores what is in memory from the stored rows: timers, waiting batches and unpublished minutes. Users without a
     * key have none. If it fails, it can be repeated.
     *
     * @param preload loads the keys of users, all at once
     * @param loaded called after each open session was loaded
     */
    void restore(Consumer<Collection<UUID>> preload, Consumer<TrackedSession> loaded) {
        List<Bytes> open = timers.openSessions();
        preload.accept(Stream.of(open, reorderBuffer.storedKeys(), contributions.storedKeys())
                .flatMap(List::stream)
                .map(UserStoreKeys::userIdOf)
                .collect(Collectors.toSet()));
        for (Bytes key : open) {
            if (sessions.load(key)) {
                timers.restore(key, sessions.current());
                loaded.accept(sessions.current());
            }
        }
        reorderBuffer.restore();
        contributions.restore();
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
