package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import java.util.List;
import java.util.UUID;

/** Receives the result of each detection, to send it to its user's live connections. */
@FunctionalInterface
public interface DetectionListener {

    /**
     * Handles a detection; the reading may be reused after the call.
     *
     * @param sessionId the client's id if it is a UUID, otherwise one that all other detections of the user share
     */
    void detected(
            UUID userId,
            UUID sessionId,
            FlowDetector.Request request,
            FlowReading reading,
            List<String> recommendations);
}
