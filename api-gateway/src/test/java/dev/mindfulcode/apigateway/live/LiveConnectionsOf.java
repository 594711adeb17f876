package dev.mindfulcode.apigateway.live;

import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Counts a user's live connections to a running gateway. */
public final class LiveConnectionsOf {

    private LiveConnectionsOf() {}

    public static int user(ApplicationContext gateway, UUID userId) {
        return gateway.getBean(LiveHub.class).connections(userId);
    }
}
