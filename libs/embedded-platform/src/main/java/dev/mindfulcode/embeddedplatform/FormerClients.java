package dev.mindfulcode.embeddedplatform;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;

/**
 * Members of groups and open transactions of an earlier process, left in the log if that process was killed. The broker
 * would wait for both until they time out; an embedded broker has no other clients when it starts.
 */
final class FormerClients {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Admin admin;

    FormerClients(Admin admin) {
        this.admin = admin;
    }

    /** @throws PlatformException if the broker fails */
    void remove() {
        try {
            removeMembers();
            abortTransactions();
        } catch (ExecutionException | TimeoutException e) {
            throw new PlatformException("Kafka did not remove the clients of an earlier process: " + e.getMessage(), e);
        }
    }

    private void removeMembers() throws ExecutionException, TimeoutException {
        List<String> groups = get(
                        admin.listGroups(ListGroupsOptions.forConsumerGroups()).all())
                .stream()
                .map(GroupListing::groupId)
                .toList();
        Map<String, ConsumerGroupDescription> described =
                get(admin.describeConsumerGroups(groups).all());
        for (ConsumerGroupDescription group : described.values()) {
            if (!group.members().isEmpty()) {
                get(admin.removeMembersFromConsumerGroup(group.groupId(), new RemoveMembersFromConsumerGroupOptions())
                        .all());
            }
        }
    }

    private void abortTransactions() throws ExecutionException, TimeoutException {
        List<String> open = get(admin.listTransactions(
                                new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
                        .all())
                .stream()
                .map(TransactionListing::transactionalId)
                .toList();
        get(admin.fenceProducers(open).all());
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, TimeoutException {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("Interrupted while Kafka started", e);
        }
    }
}
