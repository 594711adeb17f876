package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginJsonTest {

    @Test
    void readsEveryKindOfValue() throws PluginJson.MalformedJsonException {
        assertThat(PluginJson.object(
                        " {\"a\": [1, -2.5e1, true, false, null], \"b\\u00e9\\n\": {\"c\": \"\\ud83d\\ude00\"}} "))
                .isEqualTo(Map.of("a", Arrays.asList(1.0, -25.0, true, false, null), "bé\n", Map.of("c", "😀")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{}{}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":NaN}",
                "{\"a\":1e999}",
                "{\"a\":tru}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\u\uff11\uff11\uff11\uff11\"}",
                "{\"a\":\"",
                // Values that a jsonb column rejects or stores differently.
                "{\"a\":\"\\u0000\"}",
                "{\"a\":\"\\ud83d\"}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":11111111111111111111111111111111111111111}",
            })
    void refusesWhatIsNoObjectOrNoJson(String text) {
        assertThatThrownBy(() -> PluginJson.object(text)).isInstanceOf(PluginJson.MalformedJsonException.class);
    }

    @Test
    void limitsNesting() {
        assertThatThrownBy(() -> PluginJson.object("{\"a\":" + "[".repeat(100_000)))
                .isInstanceOf(PluginJson.MalformedJsonException.class)
                .hasMessageContaining("nesting depth");
    }

    @Property(tries = 300)
    void parsesOrRejectsAnyText(@ForAll String text) {
        for (String each : new String[] {text, "{\"" + text, "{\"a\":" + text + "}", "{\"a\":[" + text}) {
            try {
                PluginJson.object(each);
            } catch (PluginJson.MalformedJsonException e) {
                assertThat(e.getMessage()).contains("at character");
            }
        }
    }
}
