package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.cli.UserErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.ConfigurableEnvironment;

class LocalSettingsTest {

    @TempDir
    Path folder;

    @Test
    void namesVariablesAndSystemPropertiesThatServicesWouldRead() {
        assertThat(LocalSettings.ignored(
                        List.of("PATH", "JWT_SECRET", "JAVA_HOME", "SPRING_PROFILES_ACTIVE", "MINDFUL_JAVA_OPTIONS"),
                        List.of("user.home", "server.port", "encryption.key", "PORT")))
                .containsExactly("JWT_SECRET", "PORT", "SPRING_PROFILES_ACTIVE", "encryption.key", "server.port");
        assertThat(LocalSettings.ignored(List.of("PATH"), System.getProperties().stringPropertyNames()))
                .isEmpty();
    }

    @Test
    void readsTheFileOfTheDataFolder() throws IOException {
        Path file = folder.resolve("settings.properties");
        assertThat(LocalSettings.read(file)).isEmpty();
        Files.writeString(file, "CORS_ORIGINS=http://localhost:5173\n# a comment\nMINDFUL_PLUGIN_RUNS = 4\n");
        assertThat(LocalSettings.read(file))
                .isEqualTo(Map.of("CORS_ORIGINS", "http://localhost:5173", "MINDFUL_PLUGIN_RUNS", "4"));
    }

    @Test
    void rejectsUnknownNames() throws IOException {
        Path file = folder.resolve("settings.properties");
        Files.writeString(file, "JWT_SECRET=a-secret\n");
        assertThatThrownBy(() -> LocalSettings.read(file))
                .isInstanceOf(UserErrorException.class)
                .hasMessageContainingAll(file.toString(), "JWT_SECRET", "CORS_ORIGINS")
                .hasMessageNotContaining("a-secret");
    }

    @Test
    void passesOnlySettingsToServices() {
        String name = "mindful.test.of.services";
        System.setProperty(name, "seen");
        try {
            ConfigurableEnvironment environment = new ServiceEnvironment(Map.of("PORT", 1));
            assertThat(environment.getProperty("PORT", Integer.class)).isEqualTo(1);
            assertThat(environment.containsProperty(name)).isFalse();
            assertThat(environment.containsProperty("PATH")).isFalse();
        } finally {
            System.clearProperty(name);
        }
    }
}
