package dev.mindfulcode.schemas;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;

/** One record for each topic, always the same. */
final class Examples {

    static final UUID SESSION_ID = UUID.fromString("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");

    private static final UUID BATCH_ID = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final Instant STARTED_AT = Instant.parse("2026-03-01T09:00:00Z");

    private Examples() {}

    static KeystrokeBatch batch() {
        return KeystrokeBatch.newBuilder()
                .setBatchId(BATCH_ID)
                .setSessionId(SESSION_ID)
                .setSequence(7)
                .setStartedAt(STARTED_AT)
                .setReceivedAt(STARTED_AT.plusMillis(1_500))
                .setClamped(false)
                .setPayload(ByteBuffer.wrap(HexFormat.of().parseHex("00ff10203040")))
                .build();
    }

    static List<? extends SpecificRecord> oneForEachTopic() {
        return List.of(
                batch(),
                SessionEvent.newBuilder()
                        .setSessionId(SESSION_ID)
                        .setKind(SessionEventKind.STARTED)
                        .setAt(STARTED_AT)
                        .setRecordedAt(STARTED_AT)
                        .setProject(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                        .build(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.REGISTERED)
                        .setAt(STARTED_AT)
                        .setTimeZone("Europe/Helsinki")
                        .build(),
                FlowState.newBuilder()
                        .setSessionId(SESSION_ID)
                        .setVersion(3)
                        .setAt(STARTED_AT)
                        .setReceivedAt(STARTED_AT)
                        .setStatus(SessionStatus.ACTIVE)
                        .setModel("rules-1")
                        .setIsInFlow(true)
                        .setIntensity(0.75f)
                        .setConfidence(0.5f)
                        .setFlowDurationMs(60_000)
                        .setRhythm(0.8f)
                        .setFocus(0.9f)
                        .setConsistency(0.7f)
                        .setErrorPenalty(0.1f)
                        .setVelocity(0.6f)
                        .setFirstActivityAt(STARTED_AT)
                        .setLastActivityAt(STARTED_AT)
                        .setKeystrokes(500)
                        .setErrors(12)
                        .setContextSwitches(2)
                        .setFilesModified(1)
                        .setActiveMs(120_000)
                        .setFlowMs(60_000)
                        .setIntensityMs(90_000.5)
                        .setInterruptions(1)
                        .build(),
                FlowPeriod.newBuilder()
                        .setSessionId(SESSION_ID)
                        .setStartedAt(STARTED_AT)
                        .setEndedAt(STARTED_AT.plusSeconds(600))
                        .setVersion(2)
                        .setMeanIntensity(0.8f)
                        .setKeystrokes(900)
                        .setEndedBy(Interruption.CONTEXT_SWITCH)
                        .build(),
                FlowMinute.newBuilder()
                        .setMinute(STARTED_AT)
                        .setVersion(1)
                        .setKeystrokes(200)
                        .setErrors(3)
                        .setContextSwitches(0)
                        .setActiveMs(58_000)
                        .setFlowMs(0)
                        .setIntensityMs(30_000.25)
                        .build(),
                PublishedModel.newBuilder()
                        .setModelId("network-2")
                        .setKind(ModelKind.NETWORK)
                        .setArtefact(ByteBuffer.wrap(HexFormat.of().parseHex("4d464c4d0200")))
                        .setFeatureVersion(1)
                        .setCreatedAt(STARTED_AT)
                        .setEvaluation(ModelEvaluation.newBuilder()
                                .setAuroc(0.61)
                                .setCalibrationError(0.02)
                                .setData("a forecast, developers held out")
                                .build())
                        .build(),
                FlowFeedback.newBuilder()
                        .setFeedbackId(BATCH_ID)
                        .setKind(FlowFeedbackKind.LABELLED)
                        .setAt(STARTED_AT)
                        .setSessionId(SESSION_ID)
                        .setFlow(6)
                        .setInterrupted(false)
                        .setCreatedAt(STARTED_AT.plusSeconds(60))
                        .build(),
                TeamContribution.newBuilder()
                        .setUserId(SESSION_ID)
                        .setReceivedAt(STARTED_AT)
                        .setSizeCode(1)
                        .setWindowStart(STARTED_AT)
                        .setTotals(ByteBuffer.wrap(new byte[] {1, 2}))
                        .build(),
                TeamWindow.newBuilder()
                        .setTeamId(BATCH_ID)
                        .setSize(TeamWindowSize.HOUR)
                        .setWindowStart(STARTED_AT)
                        .setVersion(4)
                        .setClosed(true)
                        .setMembersMin(5)
                        .setMembers(6)
                        .setKeystrokes(9_000L)
                        .setActiveSeconds(7_200L)
                        .setMeanIntensity(0.625)
                        .setIntensitySpread(0.125)
                        .setSecondsInFlow(1_800L)
                        .setInterruptions(3L)
                        .setFocusOverlapSeconds(600L)
                        .setGapSeconds(900L)
                        .setKeystrokesAMemberMax(20_000)
                        .setSecondsAMemberMax(3_600)
                        .setInterruptionsAMemberMax(12)
                        .build(),
                TeamAlertRule.newBuilder()
                        .setTeamId(BATCH_ID)
                        .setRuleId(SESSION_ID)
                        .setIndicator("weekend_share")
                        .setThreshold(0.15)
                        .setRecentDays(28)
                        .setTimeZone("Europe/Helsinki")
                        .setCreatedAt(STARTED_AT)
                        .build(),
                TeamAlert.newBuilder()
                        .setAlertId(SESSION_ID)
                        .setTeamId(BATCH_ID)
                        .setRuleId(SESSION_ID)
                        .setIndicator("weekend_share")
                        .setValue(0.25)
                        .setLow(0.125)
                        .setHigh(0.375)
                        .setThreshold(0.15)
                        .setReference(0.0625)
                        .setDataPoints(4)
                        .setRecentDays(28)
                        .setFrom(STARTED_AT)
                        .setTo(STARTED_AT.plusSeconds(86_400))
                        .build(),
                DeadLetter.newBuilder()
                        .setTopic("keystrokes")
                        .setPartition(3)
                        .setOffset(41)
                        .setComponent("flow-stream")
                        .setReason("UNREADABLE")
                        .setFailedAt(STARTED_AT)
                        .setValue(ByteBuffer.wrap(new byte[] {9}))
                        .build(),
                FlowFeatures.newBuilder()
                        .setReportId(BATCH_ID)
                        .setSessionId(SESSION_ID)
                        .setSequence(8)
                        .setStartedAt(STARTED_AT)
                        .setReceivedAt(STARTED_AT.plusMillis(5_500))
                        .setDurationMs(5_000)
                        .setKeystrokes(25)
                        .setErrors(2)
                        .setContextSwitches(1)
                        .setFilesModified(0)
                        .setActiveMs(5_000)
                        .setRhythm(0.625f)
                        .setFocus(0.875f)
                        .setConsistency(0.5f)
                        .setErrorPenalty(0.25f)
                        .setVelocity(0.75f)
                        .build());
    }
}
