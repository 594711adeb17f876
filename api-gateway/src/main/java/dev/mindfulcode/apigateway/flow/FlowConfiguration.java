package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.log.TopicTailer;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of flow detection, statistics and insights. */
@Configuration(value = "gatewayFlowConfiguration", proxyBeanMethods = false)
public class FlowConfiguration {

    @Bean
    ModelFeed gatewayModelFeed(KafkaConnection kafka, Database database) {
        return new ModelFeed(kafka.registry(), new ModelChanges(database), Clock.systemUTC());
    }

    @Bean
    TopicTailer<String> gatewayModelTailer(KafkaConnection kafka, ModelFeed feed) {
        return ModelFeed.tailer(kafka, feed);
    }

    @Bean
    FlowPreferences gatewayFlowPreferences(Database database, EventPublisher events, Outbox outbox) {
        return new FlowPreferences(database, events, outbox, Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayPreferenceRoutes(FlowPreferences preferences) {
        return new PreferenceRoutes(preferences)::addTo;
    }

    @Bean
    DetectionReports gatewayDetectionReports(
            Database database, CollectionSettingsTable settings, EventPublisher events) {
        return new DetectionReports(database, settings, events, Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayDetectRoutes(
            ModelFeed models, FlowPreferences preferences, DetectionReports reports, DetectionListener live) {
        return new DetectRoutes(models::detector, preferences, reports, live)::addTo;
    }

    @Bean
    TimeRangeQueries gatewayTimeRangeQueries(Database database) {
        return new TimeRangeQueries(database);
    }

    @Bean
    EndpointGroup gatewayHistoryRoutes(TimeRangeQueries spans) {
        return new HistoryRoutes(spans, Clock.systemUTC())::addTo;
    }

    @Bean
    FlowHistory gatewayFlowHistory(Database database) {
        return new FlowHistory(database, new ModelChanges(database), Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayInsightRoutes(FlowHistory history) {
        return new InsightRoutes(history)::addTo;
    }
}
