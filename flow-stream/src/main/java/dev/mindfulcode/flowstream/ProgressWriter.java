package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.ProgressMarker;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Writes markers into the outputs of a partition that say which input they include, and requests early commits
 * while little input arrives. Not thread-safe.
 */
final class ProgressWriter {

    private static final String[] MARKED = {
        FlowTopology.FLOW_STATES_OUT, FlowTopology.FLOW_PERIODS_OUT, FlowTopology.FLOW_MINUTES_OUT
    };

    private final ProcessorContext<UUID, Object> context;
    private final CommitRounds rounds;
    private final ProcessedOffset keystrokes;
    private final ProcessedOffset features;
    private final InputProgress progress = new InputProgress();
    private long writtenUntilMs;
    private long round = -1;
    private boolean isCommitDue;
    private long markedAtMs;
    private long tickedAtMs;

    ProgressWriter(ProcessorContext<UUID, Object> context, CommitRounds rounds) {
        this.context = context;
        this.rounds = rounds;
        keystrokes = ProcessedOffset.ofKeystrokes(context);
        features = ProcessedOffset.ofFeatures(context);
    }

    /** Records that everything due by then is written. */
    void wroteDueBy(long wallMs) {
        writtenUntilMs = wallMs;
    }

    /** @param writeAll writes everything pending; returns whether nothing remains */
    void tick(long wallMs, BooleanSupplier writeAll) {
        if (tickedAtMs != 0) {
            rounds.tick(tickedAtMs, wallMs);
        }
        tickedAtMs = wallMs;
        boolean isNewRound = CommitRounds.roundOf(wallMs) != round;
        if (isCommitDue && (isNewRound || CommitRounds.isTimeToCommit(wallMs))) {
            isCommitDue = false;
            if (rounds.needsCommit(markedAtMs, wallMs)) {
                context.commit();
            }
        }
        if (isNewRound) {
            round = CommitRounds.roundOf(wallMs);
            progress.processedTo(new InputProgress.Position(keystrokes.next(), features.next()));
            if (progress.isPending()) {
                mark(wallMs, writeAll);
            }
        }
    }

    private void mark(long wallMs, BooleanSupplier writeAll) {
        if (!rounds.isQuiet(wallMs) || rounds.mustProcess(wallMs)) {
            InputProgress.Position written = progress.markWritten(wallMs, writtenUntilMs);
            if (!written.equals(InputProgress.NONE)) {
                mark(wallMs, written);
            }
        } else if (writeAll.getAsBoolean()) {
            mark(wallMs, progress.markAll());
            isCommitDue = true;
            markedAtMs = wallMs;
        }
    }

    @SuppressWarnings("NullAway") // a marker has no value; the sinks send it as it is
    private void mark(long wallMs, InputProgress.Position read) {
        Record<UUID, Object> marker = new Record<>(
                ProgressMarker.key(context.taskId().partition()),
                null,
                wallMs,
                // An input without records is included up to its beginning.
                ProgressMarker.headers(Math.max(read.keystrokes(), 0), Math.max(read.features(), 0)));
        for (String output : MARKED) {
            context.forward(marker, output);
        }
    }
}
