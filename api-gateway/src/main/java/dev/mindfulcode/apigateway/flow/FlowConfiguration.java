package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.privacy.PrivacySettings;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires flow on demand and in the past. */
@Configuration(value = "gatewayFlowConfiguration", proxyBeanMethods = false)
public class FlowConfiguration {

    @Bean
    ModelFeed gatewayModelFeed(KafkaConnection log) {
        return new ModelFeed(log);
    }

    @Bean
    EndpointGroup gatewayDetectRoutes(
            ModelFeed models, EventPublisher log, PrivacySettings settings, GatewayMetrics metrics) {
        Detections detections =
                new Detections(log, settings, new SecureRandom(), Clock.systemUTC(), metrics.registry());
        return new DetectRoutes(models::detector, detections)::addTo;
    }

    @Bean
    TimeRangeQueries gatewaySpanReads(Database database) {
        return new TimeRangeQueries(database);
    }

    @Bean
    EndpointGroup gatewayHistoryRoutes(TimeRangeQueries spans) {
        return new HistoryRoutes(spans, Clock.systemUTC())::addTo;
    }

    @Bean
    FlowHistory gatewayFlowHistory(Database database) {
        return new FlowHistory(database, Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayInsightRoutes(FlowHistory history) {
        return new InsightRoutes(history)::addTo;
    }
}
