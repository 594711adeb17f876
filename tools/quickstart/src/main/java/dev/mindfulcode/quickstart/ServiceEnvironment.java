package dev.mindfulcode.quickstart;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The environment of a service under {@code run}: the given settings and nothing else. Names in upper case bind like
 * environment variables, all others like properties.
 *
 * <p>Spring's usual environment also reads variables of the shell, system properties and {@code application.properties}
 * in the working directory. A JWT_SECRET of another project would then sign tokens here.
 */
final class ServiceEnvironment extends AbstractEnvironment {

    /** Set, because Spring Boot otherwise reads configuration files from the working directory. */
    private static final String CONFIGURATION_FILES = "spring.config.location";

    private static final String NOWHERE = "optional:classpath:/dev/mindfulcode/quickstart/no-configuration-files/";
    private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

    ServiceEnvironment(Map<String, Object> settings) {
        Map<String, Object> variables = new HashMap<>(settings);
        variables.keySet().removeIf(name -> !VARIABLE.matcher(name).matches());
        Map<String, Object> properties = new HashMap<>(settings);
        properties.keySet().removeAll(variables.keySet());
        properties.put(CONFIGURATION_FILES, NOWHERE);
        getPropertySources().addFirst(new MapPropertySource("quickstart", properties));
        // Spring Boot binds relaxed names from a source of this name only.
        getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    }
}
