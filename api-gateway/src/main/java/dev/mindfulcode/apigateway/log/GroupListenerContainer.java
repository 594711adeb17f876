package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Listener container of a consumer group. A batch that fails is retried until it succeeds, as none of its records may
 * be lost; when the system clock was set back, the container starts over.
 */
public final class GroupListenerContainer<K, V> extends ConcurrentMessageListenerContainer<K, V> {

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    private final String group;
    private ClockStepWatch.@Nullable Registration registration;

    public GroupListenerContainer(
            String group, ConsumerFactory<K, V> consumers, String topic, BatchMessageListener<K, V> listener) {
        super(consumers, properties(group, topic, listener));
        this.group = group;
        setCommonErrorHandler(
                new DefaultErrorHandler(new FixedBackOff(RETRY_DELAY.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS)));
    }

    private static ContainerProperties properties(String group, String topic, Object listener) {
        ContainerProperties properties = new ContainerProperties(topic);
        properties.setGroupId(group);
        properties.setClientId(group);
        properties.setMessageListener(listener);
        properties.setShutdownTimeout(STOP_TIMEOUT.toMillis());
        properties.setAuthExceptionRetryInterval(RETRY_DELAY);
        return properties;
    }

    @Override
    protected void doStart() {
        super.doStart();
        if (registration == null) {
            registration = ClockStepWatch.ofSystem().onStepBack(group, this::startOver);
        }
    }

    /** Replaces the consumer. */
    void startOver() {
        stop();
        start();
    }

    @Override
    public void destroy() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
        super.destroy();
    }
}
