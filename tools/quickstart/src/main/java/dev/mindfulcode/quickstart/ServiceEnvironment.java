package dev.mindfulcode.quickstart;

import java.util.HashMap;
import java.util.Map;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The environment of a service under {@code run}: the given settings and nothing else.
 *
 * <p>Spring's usual environment also reads variables of the shell, system properties and {@code application.properties}
 * in the working directory. A JWT_SECRET of another project would then sign tokens here.
 */
final class ServiceEnvironment extends AbstractEnvironment {

    /** Set, because Spring Boot otherwise reads configuration files from the working directory. */
    private static final String CONFIGURATION_FILES = "spring.config.location";

    private static final String NOWHERE = "optional:classpath:/dev/mindfulcode/quickstart/no-configuration-files/";

    ServiceEnvironment(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(CONFIGURATION_FILES, NOWHERE);
        getPropertySources().addFirst(new MapPropertySource("quickstart", all));
    }
}
