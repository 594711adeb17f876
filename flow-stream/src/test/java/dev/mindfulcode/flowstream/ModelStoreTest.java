package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelStoreTest {

    private static final String BUILT_IN = FlowModel.builtIn().id();

    /** Sees flow in everything. */
    private static final FlowModel GENEROUS = constant("generous-1", 3);

    /** Sees flow in nothing. */
    private static final FlowModel STRICT = constant("strict-1", -3);

    private static final int SECONDS_A_BATCH = 5;

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private long sequence;
    private Instant typedUntil = StreamDriver.START;

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void scoresByTheBuiltInModelByDefault() {
        type(1);

        assertThat(last().getModel()).isEqualTo(BUILT_IN);
    }

    @Test
    void scoresByAPublishedModelFromTheFirstRecord() {
        stream.publish(GENEROUS);

        type(12);

        assertThat(stream.flowStates(anna)).extracting(FlowState::getModel).containsOnly("generous-1");
    }

    @Test
    void switchesOpenSessionsAtTheNextMinuteWithAnEmptyWindow() {
        type(6);
        stream.publish(GENEROUS);
        type(5);
        assertThat(last().getModel()).as("the same minute").isEqualTo(BUILT_IN);
        float confidenceBefore = last().getConfidence();

        type(2);

        assertThat(last().getModel()).isEqualTo("generous-1");
        assertThat(last().getConfidence()).as("the window is empty").isLessThan(confidenceBefore);
        assertThat(last().getKeystrokes()).as("totals continue").isEqualTo(13 * 25);
        assertThat(stream.count("mindful.stream.models.switches")).isEqualTo(1);
    }

    @Test
    void doesNotSwitchModelsDuringFlow() {
        stream.publish(GENEROUS);
        typeUntilInFlow();

        stream.publish(STRICT);
        type(60);

        assertThat(last().getModel()).as("five minutes on, still in flow").isEqualTo("generous-1");
        assertThat(last().getIsInFlow()).isTrue();
        assertThat(stream.flowPeriods()).hasSize(1);

        typedUntil = typedUntil.plus(Duration.ofMinutes(6));
        type(1);

        assertThat(last().getModel()).as("after a pause").isEqualTo("strict-1");
        assertThat(last().getIsInFlow()).isFalse();
        assertThat(stream.flowPeriods()).hasSize(2);
        type(60);
        assertThat(stream.flowPeriods()).hasSize(2);
    }

    @Test
    void restartsFlowConditionsAfterASwitch() {
        stream.publish(GENEROUS);
        stream.account(
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(stream.now())
                        .setSensitivity(1f)
                        .build());
        type(118);
        assertThat(last().getIsInFlow()).isFalse();
        stream.publish(constant("generous-2", 3));

        type(10);

        assertThat(last().getModel()).isEqualTo("generous-2");
        assertThat(last().getIsInFlow())
                .as("9:50 under one and 0:40 under the other")
                .isFalse();
        type(144);
        assertThat(last().getIsInFlow()).isTrue();
    }

    @Test
    void restoresTheModelOfASessionAfterARestart() {
        stream.publish(GENEROUS);
        typeUntilInFlow();
        stream.publish(STRICT);
        type(1);

        stream = stream.restarted();
        stream.publish(GENEROUS);
        stream.publish(STRICT);
        type(1);
        assertThat(last().getModel()).isEqualTo("generous-1");
        assertThat(last().getIsInFlow()).isTrue();

        Typing ben = Typing.someone();
        stream.typeLive(ben, ben.batch(0, typedUntil, 5, 100));
        assertThat(stream.lastFlowState(ben).getModel()).isEqualTo("strict-1");
    }

    @Test
    void endsFlowWithReasonUnknownWhenItsModelIsGone() {
        stream.publish(GENEROUS);
        typeUntilInFlow();
        stream = stream.restarted();

        type(1);

        assertThat(last().getModel()).isEqualTo(BUILT_IN);
        assertThat(last().getIsInFlow()).isFalse();
        assertThat(stream.flowPeriods().getLast().getEndedBy()).isEqualTo(dev.mindfulcode.schemas.Interruption.UNKNOWN);
    }

    @Test
    void rejectsInvalidModelsAndLeavesThePreviousActive() {
        stream.publish(GENEROUS);
        type(1);
        PublishedModel damaged = StreamDriver.published(STRICT);
        damaged.getArtefact().put(20, (byte) (damaged.getArtefact().get(20) ^ 1));
        PublishedModel ofOtherFeatures = StreamDriver.published(STRICT);
        ofOtherFeatures.setFeatureVersion(FlowModel.FEATURE_VERSION - 1);
        PublishedModel underAnotherName = StreamDriver.published(STRICT);
        underAnotherName.setModelId("other-1");
        PublishedModel empty = StreamDriver.published(STRICT);
        empty.setArtefact(ByteBuffer.allocate(0));
        PublishedModel withArtefactOfOtherFeatures = StreamDriver.published(STRICT);
        withArtefactOfOtherFeatures.setArtefact(ByteBuffer.wrap(ModelArtefact.encode(ofScores())));
        List<byte[]> bad = List.of(
                bytes(damaged),
                bytes(withArtefactOfOtherFeatures),
                bytes(ofOtherFeatures),
                bytes(underAnotherName),
                bytes(empty),
                new byte[0],
                "not Avro".getBytes(StandardCharsets.UTF_8));

        int refused = 0;
        for (byte[] value : bad) {
            stream.publish(Topics.ACTIVE_MODEL, value);
            Typing someone = Typing.someone();
            stream.typeLive(someone, someone.batch(0, typedUntil, 5, 100));
            assertThat(stream.lastFlowState(someone).getModel()).isEqualTo("generous-1");
            assertThat(stream.count("mindful.stream.models.rejected")).isEqualTo(++refused);
        }
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void returnsToTheBuiltInModelAfterATombstone() {
        stream.publish(GENEROUS);
        type(1);
        stream.publish(Topics.ACTIVE_MODEL, (byte[]) null);
        stream.say(anna, SessionEventKind.ENDED, stream.now());

        Typing again = anna.inAnotherSession();
        stream.typeLive(again, again.batch(0, typedUntil, 5, 100));

        assertThat(stream.lastFlowState(again).getModel()).isEqualTo(BUILT_IN);
    }

    private void typeUntilInFlow() {
        for (int batch = 0; batch < 180 && (sequence == 0 || !last().getIsInFlow()); batch++) {
            type(1);
        }
        assertThat(last().getIsInFlow()).isTrue();
    }

    private void type(int batches) {
        for (int i = 0; i < batches; i++) {
            stream.typeLive(anna, anna.varied(sequence++, typedUntil, 25, 1_000 * SECONDS_A_BATCH / 25));
            typedUntil = typedUntil.plusSeconds(SECONDS_A_BATCH);
        }
    }

    private FlowState last() {
        return stream.lastFlowState(anna);
    }

    private static byte[] bytes(PublishedModel model) {
        return StreamDriver.serde(Topics.FLOW_MODELS).serializer().serialize(Topics.FLOW_MODELS.name(), model);
    }

    /** A model of another version of the features than this engine's. */
    private static FlowModel ofScores() {
        return ModelArtefact.constant(
                ModelInputs.SCORES, STRICT.id(), 0, new Calibration.Temperature(1), new Thresholds(0.6f, 0.4f, 0.1f));
    }

    private static FlowModel constant(String id, float bias) {
        return ModelArtefact.constant(
                ModelInputs.HISTORY, id, bias, new Calibration.Temperature(1), new Thresholds(0.6f, 0.4f, 0.1f));
    }
}
