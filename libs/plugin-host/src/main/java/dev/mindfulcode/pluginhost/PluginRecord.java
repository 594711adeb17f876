package dev.mindfulcode.pluginhost;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A record of history as a guest receives it. {@link #encode()} returns the layout of docs/plugin-abi.md:
 * little-endian, fixed offsets, arrays last. Layouts grow only at their end.
 */
public sealed interface PluginRecord {

    /** {@code started_at_ms} or {@code ended_at_ms} of a session event that does not correct it. */
    long NOT_GIVEN_MS = Long.MIN_VALUE;

    int KEYSTROKES_HEAD_BYTES = 48;
    int SIGNAL_BYTES = 12;
    int SESSION_EVENT_BYTES = 48;
    int FLOW_ANALYSIS_BYTES = 120;
    int TEAM_WINDOW_BYTES = 80;

    /** Returns the capability that a plugin needs to receive this record. */
    Capability capability();

    byte[] encode();

    /**
     * A batch of keystrokes with editor signals. Keystroke i was pressed at {@code startedAtMs} + the
     * first i + 1 intervals.
     *
     * @param utcOffsetMinutes of the user's time zone at that time
     * @param dwellsMs empty, or one per keystroke
     * @param keyClasses codes, one per keystroke
     * @param signals at_ms, value and kind of each in turn
     */
    final class KeystrokeIntervals implements PluginRecord {
        private final long startedAtMs;
        private final UUID sessionId;
        private final int sequence;
        private final int utcOffsetMinutes;
        private final int[] intervalsMs;
        private final int[] dwellsMs;
        private final byte[] keyClasses;
        private final Signals signals;

        public KeystrokeIntervals(
                UUID sessionId,
                int sequence,
                long startedAtMs,
                int utcOffsetMinutes,
                int[] intervalsMs,
                int[] dwellsMs,
                byte[] keyClasses,
                Signals signals) {
            if (keyClasses.length != intervalsMs.length
                    || dwellsMs.length != 0 && dwellsMs.length != intervalsMs.length) {
                throw new IllegalArgumentException(
                        "The number of key classes, and of dwells if any, must equal the number of intervals");
            }
            this.sessionId = sessionId;
            this.sequence = sequence;
            this.startedAtMs = startedAtMs;
            this.utcOffsetMinutes = utcOffsetMinutes;
            this.intervalsMs = intervalsMs.clone();
            this.dwellsMs = dwellsMs.clone();
            this.keyClasses = keyClasses.clone();
            this.signals = signals;
        }

        @Override
        public Capability capability() {
            return Capability.KEYSTROKE_INTERVALS;
        }

        @Override
        public byte[] encode() {
            int bytes = KEYSTROKES_HEAD_BYTES
                    + 4 * intervalsMs.length
                    + 4 * dwellsMs.length
                    + SIGNAL_BYTES * signals.count()
                    + keyClasses.length;
            ByteBuffer out = head(bytes, startedAtMs, sessionId)
                    .putInt(sequence)
                    .putShort((short) utcOffsetMinutes)
                    .putShort((short) 0)
                    .putInt(intervalsMs.length)
                    .putInt(dwellsMs.length)
                    .putInt(signals.count())
                    .putInt(0);
            for (int interval : intervalsMs) {
                out.putInt(interval);
            }
            for (int dwell : dwellsMs) {
                out.putInt(dwell);
            }
            signals.write(out);
            return out.put(keyClasses).array();
        }
    }

    /** Editor signals; the three arrays have one length. */
    final class Signals {
        public static final Signals NONE = new Signals(new int[0], new int[0], new byte[0]);

        private final int[] atMs;
        private final int[] values;
        private final byte[] kinds;

        /** Times count from the batch's start; kinds are codes. */
        public Signals(int[] atMs, int[] values, byte[] kinds) {
            if (atMs.length != values.length || atMs.length != kinds.length) {
                throw new IllegalArgumentException("The arrays of signals must have one length");
            }
            this.atMs = atMs.clone();
            this.values = values.clone();
            this.kinds = kinds.clone();
        }

        int count() {
            return atMs.length;
        }

        void write(ByteBuffer out) {
            for (int i = 0; i < atMs.length; i++) {
                out.putInt(atMs[i]).putInt(values[i]).putInt(kinds[i]);
            }
        }
    }

    /**
     * An event of a session.
     *
     * @param kind 1 started, 2 updated, 3 paused, 4 resumed, 5 ended, 6 corrected, 7 deleted; 0 unknown
     */
    record SessionEvent(UUID sessionId, long atMs, int utcOffsetMinutes, int kind, long startedAtMs, long endedAtMs)
            implements PluginRecord {

        @Override
        public Capability capability() {
            return Capability.SESSION_EVENTS;
        }

        @Override
        public byte[] encode() {
            return head(SESSION_EVENT_BYTES, atMs, sessionId)
                    .put((byte) kind)
                    .put((byte) 0)
                    .putShort((short) utcOffsetMinutes)
                    .putInt(0)
                    .putLong(startedAtMs)
                    .putLong(endedAtMs)
                    .array();
        }
    }

    /**
     * The engine's reading for a session at an instant, with the session's totals so far.
     *
     * @param status 1 active, 2 paused, 3 ended; 0 unknown
     */
    record FlowAnalysis(
            UUID sessionId,
            long atMs,
            int utcOffsetMinutes,
            int status,
            boolean inFlow,
            Features features,
            long flowDurationMs,
            Totals totals)
            implements PluginRecord {

        /** Values from 0 to 1. */
        public record Features(
                float intensity,
                float confidence,
                float rhythm,
                float focus,
                float consistency,
                float errorPenalty,
                float velocity) {}

        /** Totals of the session so far. */
        public record Totals(
                long keystrokes,
                long errors,
                long contextSwitches,
                long activeMs,
                long flowMs,
                double intensityMs,
                long interruptions) {}

        @Override
        public Capability capability() {
            return Capability.FLOW_ANALYSIS;
        }

        @Override
        public byte[] encode() {
            return head(FLOW_ANALYSIS_BYTES, atMs, sessionId)
                    .put((byte) status)
                    .put((byte) (inFlow ? 1 : 0))
                    .putShort((short) utcOffsetMinutes)
                    .putFloat(features.intensity)
                    .putFloat(features.confidence)
                    .putFloat(features.rhythm)
                    .putFloat(features.focus)
                    .putFloat(features.consistency)
                    .putFloat(features.errorPenalty)
                    .putFloat(features.velocity)
                    .putLong(flowDurationMs)
                    .putLong(totals.keystrokes)
                    .putLong(totals.errors)
                    .putLong(totals.contextSwitches)
                    .putLong(totals.activeMs)
                    .putLong(totals.flowMs)
                    .putDouble(totals.intensityMs)
                    .putLong(totals.interruptions)
                    .array();
        }
    }

    /**
     * A released window of a team, as its leads see it. Sums have noise and may be negative; margins are half-widths of
     * 95 % intervals of the noise. An hour has active time only.
     *
     * @param version 1: a window is released once
     * @param members how many count, rounded down to a multiple of five
     * @param closed true
     */
    record TeamWindow(
            long startMs,
            long endMs,
            long version,
            int members,
            boolean closed,
            double activeMs,
            double activeMarginMs,
            double flowMs,
            double flowMarginMs,
            double interruptions,
            double interruptionsMargin)
            implements PluginRecord {

        @Override
        public Capability capability() {
            return Capability.TEAM_WINDOWS;
        }

        @Override
        public byte[] encode() {
            return littleEndian(TEAM_WINDOW_BYTES)
                    .putLong(startMs)
                    .putLong(endMs)
                    .putLong(version)
                    .putInt(members)
                    .putInt(closed ? 1 : 0)
                    .putDouble(activeMs)
                    .putDouble(activeMarginMs)
                    .putDouble(flowMs)
                    .putDouble(flowMarginMs)
                    .putDouble(interruptions)
                    .putDouble(interruptionsMargin)
                    .array();
        }
    }

    /** The id's bytes are in the order of its text. */
    private static ByteBuffer head(int bytes, long atMs, UUID sessionId) {
        return littleEndian(bytes)
                .putLong(atMs)
                .putLong(Long.reverseBytes(sessionId.getMostSignificantBits()))
                .putLong(Long.reverseBytes(sessionId.getLeastSignificantBits()));
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
