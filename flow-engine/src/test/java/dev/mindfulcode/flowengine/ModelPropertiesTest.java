package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelPropertiesTest {

    @Test
    void readsBackTheSameBits() throws IOException {
        for (FlowModel model : List.of(
                FlowModel.builtIn(),
                ModelArtefactProperties.network(5),
                ModelArtefactProperties.logistic(),
                ModelArtefactProperties.isotonic(5))) {
            FlowModel back = ModelProperties.read(new StringReader(ModelProperties.format(model)));
            assertThat(ModelArtefact.encode(back)).isEqualTo(ModelArtefact.encode(model));
        }
    }

    @Test
    void namesTheKeyOfAMissingOrMalformedValue() {
        String text = ModelProperties.format(FlowModel.builtIn());
        assertRejected(
                text.replace("threshold.hysteresis = ", "threshold.other = "), "threshold.hysteresis is missing");
        assertRejected(
                text.replace("feature.held_rate.mean = ", "feature.held_rate.mean = x"),
                "feature.held_rate.mean is x0.");
        assertRejected(text.replace("layer.3.unit.1 = ", "layer.3.unit.1 = 1, "), "layer.3.unit.1 has 10 numbers");
        assertRejected(text.replace("kind = network", "kind = forest"), "kind is forest");
    }

    private static void assertRejected(String text, String message) {
        assertThatThrownBy(() -> ModelProperties.read(new StringReader(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
