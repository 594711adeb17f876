package dev.mindfulcode.apigateway.calendar;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires calendar feeds. */
@Configuration(value = "gatewayCalendarConfiguration", proxyBeanMethods = false)
public class CalendarConfiguration {

    @Bean
    EndpointGroup gatewayCalendarRoutes(Database database, FlowHistory history, TimeRangeQueries ranges) {
        Clock clock = Clock.systemUTC();
        CalendarFeeds feeds = new CalendarFeeds(database, new SecureRandom(), clock);
        return new CalendarRoutes(feeds, history, ranges, clock)::addTo;
    }
}
