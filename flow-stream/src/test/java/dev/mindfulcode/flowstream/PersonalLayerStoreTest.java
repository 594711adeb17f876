package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowFeedbackKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PersonalLayerStoreTest {

    private static final Duration BATCH = Duration.ofSeconds(5);

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();
    private long sequence;
    private Instant at = StreamDriver.START;

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void ratingsMoveOnlyTheirUsersIntensity() {
        type(24);
        FlowState before = stream.lastFlowState(anna);
        assertThat(before.getModel()).doesNotContain("+personal");

        for (int i = 0; i < 30; i++) {
            label(anna, at, 7);
        }
        type(1);
        assertThat(stream.lastFlowState(anna).getIntensity())
                .as("the labels of one hour have predicted nothing yet")
                .isEqualTo(bens().getIntensity());
        rateHours(30, 7);
        type(1);

        assertThat(stream.lastFlowState(anna).getModel()).isEqualTo(before.getModel() + "+personal");
        assertThat(stream.lastFlowState(anna).getIntensity()).isGreaterThan(bens().getIntensity() + 0.05f);
        assertThat(bens().getModel()).isEqualTo(before.getModel());
        assertThat(stream.count("mindful.stream.feedback", "outcome", "learned"))
                .isEqualTo(60);
    }

    @Test
    void personalLayerChangesWhatIsPublished() {
        rateHours(30, 1);
        type(24);
        assertThat(stream.lastFlowState(anna).getIntensity()).isLessThan(bens().getIntensity() - 0.05f);
        double annas = 0;
        double bens = 0;
        for (FlowMinute minute : stream.minutes(anna.userId()).values()) {
            annas += minute.getIntensityMs();
        }
        for (FlowMinute minute : stream.minutes(ben.userId()).values()) {
            bens += minute.getIntensityMs();
        }
        assertThat(annas).isLessThan(bens - 1_000);
    }

    @Test
    void pairsARatingWithTheIntensityOfItsTime() {
        type(24);
        Instant typed = at;
        Duration later = Duration.ofMinutes(20);
        stream.advance(later);
        label(anna, typed.plus(later), 1);
        assertThat(stream.count("mindful.stream.feedback", "outcome", "without_reading"))
                .isEqualTo(1);
        label(anna, typed.minus(Duration.ofMinutes(40)), 1);
        assertThat(stream.count("mindful.stream.feedback", "outcome", "without_reading"))
                .isEqualTo(2);

        label(anna, typed, 1);

        assertThat(stream.count("mindful.stream.feedback", "outcome", "learned"))
                .isEqualTo(1);
    }

    @Test
    void restoresTheLayerAfterARestartAndDeletesItOnReset() {
        rateHours(30, 1);
        stream = stream.restarted();
        type(1);
        assertThat(stream.lastFlowState(anna).getIntensity()).isLessThan(bens().getIntensity() - 0.05f);

        stream.pipe(Topics.FLOW_FEEDBACK, anna.userId(), feedback(FlowFeedbackKind.RESET, at, null));
        type(1);

        assertThat(stream.lastFlowState(anna).getIntensity()).isEqualTo(bens().getIntensity());
        assertThat(stream.lastFlowState(anna).getModel()).isEqualTo(bens().getModel());
    }

    @Test
    void deletesRatingsOfErasedUsersAndSkipsLaterOnes() {
        type(2);
        label(anna, at, 7);
        stream.erase(anna.userId());
        label(anna, at, 7);

        assertThat(stream.storedKeysOf(anna.userId())).containsExactly("users");
        assertThat(stream.count("mindful.stream.feedback", "outcome", "erased")).isEqualTo(1);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void deadLettersRatingsOutOfRange() {
        type(1);
        label(anna, at, 8);
        stream.pipe(Topics.FLOW_FEEDBACK, anna.userId(), feedback(FlowFeedbackKind.LABELLED, at, null));

        assertThat(stream.deadLetters())
                .extracting(letter -> letter.getReason())
                .satisfies(reasons -> Assertions.assertThat(reasons).hasSize(2));
        type(1);
        assertThat(stream.lastFlowState(anna).getModel()).doesNotContain("+personal");
    }

    /** Anna and Ben type the same; Ben never says anything. */
    private void type(int batches) {
        for (int i = 0; i < batches; i++) {
            stream.typeLive(anna, anna.varied(sequence, at, 25, 200));
            stream.typeLive(ben, ben.varied(sequence, at, 25, 200));
            sequence++;
            at = at.plus(BATCH);
        }
    }

    /** One rating an hour, about a batch typed in it. */
    private void rateHours(int hours, int flow) {
        for (int hour = 0; hour < hours; hour++) {
            type(1);
            label(anna, at, flow);
            Duration pause = Duration.ofHours(1);
            stream.advance(pause);
            at = at.plus(pause);
        }
    }

    private FlowState bens() {
        return stream.lastFlowState(ben);
    }

    private void label(Typing who, Instant about, int flow) {
        stream.pipe(Topics.FLOW_FEEDBACK, who.userId(), feedback(FlowFeedbackKind.LABELLED, about, flow));
    }

    private FlowFeedback feedback(FlowFeedbackKind kind, Instant about, @Nullable Integer flow) {
        return FlowFeedback.newBuilder()
                .setFeedbackId(UUID.randomUUID())
                .setKind(kind)
                .setAt(about)
                .setFlow(flow)
                .setCreatedAt(stream.now())
                .build();
    }
}
