package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    private static final String GOOD = """
            {"abi_version": 1, "name": "deep-work", "version": "1.0.0", "scope": "user",
             "capabilities": ["flow_analysis", "emit_results"], "window": "week", "title": "Deep work"}""";

    @Test
    void parsesManifest() throws PluginRefusedException {
        Manifest manifest = parse(GOOD);

        assertThat(manifest.name()).isEqualTo("deep-work");
        assertThat(manifest.scope()).isEqualTo(Manifest.Scope.USER);
        assertThat(manifest.capabilities())
                .containsExactlyInAnyOrder(Capability.FLOW_ANALYSIS, Capability.EMIT_RESULTS);
        assertThat(manifest.window()).isEqualTo(Manifest.Window.WEEK);
        assertThat(manifest.description()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"abi_version\": 1 | \"abi_version\": 2 | abi_version",
                "deep-work | Deep Work | name",
                "deep-work | ../etc | name",
                "1.0.0 | 1.0 | version",
                "\"user\" | \"everyone\" | scope",
                "\"user\" | \"team\" | capabilities",
                "\"flow_analysis\" | \"team_windows\" | capabilities",
                "\"flow_analysis\" | \"file_system\" | capabilities",
                "\"flow_analysis\" | \"emit_results\" | capabilities",
                "\"week\" | \"year\" | window",
                "\"title\": | \"titel\": | titel",
                "\"Deep work\" | 7 | title",
                "} | }} | not JSON",
            })
    void aFieldThatIsWrongIsNamed(String good, String bad, String named) {
        String manifest = GOOD.replace(good, bad);

        assertThat(manifest).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> parse(manifest))
                .isInstanceOfSatisfying(
                        PluginRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(PluginRefusedException.Reason.MANIFEST))
                .hasMessageContaining(named);
    }

    @Test
    void rejectsOverlongManifestUnread() {
        assertThatThrownBy(() -> parse(" ".repeat(Manifest.MANIFEST_BYTES_MAX + 1)))
                .isInstanceOf(PluginRefusedException.class)
                .hasMessageContaining("longer than");
    }

    private static Manifest parse(String json) throws PluginRefusedException {
        return Manifest.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
