package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forecast task on ABB logs: for every fifth minute of active work, will the next fifteen minutes have no gap of
 * five? Readings are those that the engine would have given live; baselines contain earlier data only.
 */
final class AbbForecast {
    static final int STEP_S = 300;
    static final int GAP_S = 300;
    static final int HORIZON_S = 900;
    /** Silence that ends a session of the protocol. */
    static final int SESSION_SPLIT_S = 900;
    /** Minimum commands in the last five minutes of an instant. */
    static final int COMMANDS_MIN = 30;

    static final List<String> RAW = List.of(
            "minutes into the session",
            "commands in 5 minutes",
            "seconds since the last command",
            "active minutes of the last 15",
            "own past rate of the label",
            "activity in the top 9 % of own past",
            "keys in 5 minutes",
            "caret and scroll moves in 5 minutes",
            "corrections in 5 minutes",
            "file switches in 5 minutes",
            "window losses in 5 minutes",
            "builds in 5 minutes",
            "other commands in 5 minutes",
            "corrections in 15 minutes",
            "keys in 15 minutes",
            "commands in 15 minutes");

    /**
     * The columns of {@link #RAW} that are plain counts, as in the published baseline.
     */
    static final int[] COUNTS = {0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private static final int PAST_RATE_PRIOR = 5;

    private AbbForecast() {}

    static List<Example> examples(AbbLog log) {
        List<Example> examples = new ArrayList<>();
        long[] seconds = log.seconds();
        SessionState session = new SessionState();
        FlowReading reading = new FlowReading();
        byte @Nullable [] earlier = null;
        Past past = new Past();
        int start = 0;
        for (int end = 1; end <= seconds.length; end++) {
            if (end < seconds.length && seconds[end] - seconds[end - 1] < SESSION_SPLIT_S) {
                continue;
            }
            byte[] state = earlier == null ? SessionState.fresh() : SessionState.freshAfter(earlier);
            session.wrap(state);
            session(log, start, end, session, reading, past, examples);
            earlier = state;
            start = end;
        }
        return examples;
    }

    private static void session(
            AbbLog log, int start, int end, SessionState session, FlowReading reading, Past past, List<Example> into) {
        long[] seconds = log.seconds();
        int applied = start;
        long last = seconds[seconds.length - 1];
        for (long at = seconds[start] + STEP_S; at < seconds[end - 1] + STEP_S; at += STEP_S) {
            for (; applied < end && seconds[applied] <= at; applied++) {
                apply(log, applied, start, session);
            }
            int recent = applied - after(seconds, at - STEP_S);
            if (at - seconds[applied - 1] >= GAP_S || recent < COMMANDS_MIN || at + HORIZON_S > last) {
                continue;
            }
            session.read(at * 1_000, reading);
            past.learnUntil(at);
            boolean positive = holds(seconds, applied, at);
            into.add(new Example(
                    log.developer(),
                    EngineCodes.features(reading),
                    raw(log, start, applied, at, past.rate(), past.isInTop(recent)),
                    positive));
            past.add(at + HORIZON_S, positive, recent);
        }
        for (; applied < end; applied++) {
            apply(log, applied, start, session);
        }
    }

    private static void apply(AbbLog log, int i, int start, SessionState session) {
        long atMs = log.seconds()[i] * 1_000;
        int code = log.codes()[i];
        if (code < AbbLog.SIGNAL) {
            long sinceMs = i == start ? 0 : atMs - log.seconds()[i - 1] * 1_000;
            session.keystroke(atMs, (int) Math.min(sinceMs, Integer.MAX_VALUE), code, -1);
            return;
        }
        int kind = code - AbbLog.SIGNAL;
        session.signal(atMs, kind, EngineCodes.OK);
        if (kind == EngineCodes.FOCUS_LOST) {
            session.signal(atMs, EngineCodes.FOCUS_GAINED, 0);
        }
    }

    /** Whether the fifteen minutes after an instant, both ends included, have no gap of five minutes. */
    private static boolean holds(long[] seconds, int next, long at) {
        long from = at;
        for (int i = next; i < seconds.length && seconds[i] <= at + HORIZON_S; i++) {
            if (seconds[i] - from >= GAP_S) {
                return false;
            }
            from = seconds[i];
        }
        return at + HORIZON_S - from < GAP_S;
    }

    private static int after(long[] seconds, long at) {
        int found = Arrays.binarySearch(seconds, at + 1);
        int i = found < 0 ? -found - 1 : found;
        while (i > 0 && seconds[i - 1] > at) {
            i--;
        }
        return i;
    }

    private static double[] raw(AbbLog log, int start, int applied, long at, double pastRate, boolean top) {
        double[] raw = new double[RAW.size()];
        int from15 = after(log.seconds(), at - HORIZON_S);
        int from5 = after(log.seconds(), at - STEP_S);
        java.util.BitSet minutes = new java.util.BitSet();
        for (int i = from15; i < applied; i++) {
            minutes.set((int) (at / 60 - log.seconds()[i] / 60));
            int code = log.codes()[i];
            boolean key = code < EngineCodes.NAVIGATION
                    || code == EngineCodes.PASTE
                    || code == EngineCodes.COMPLETION
                    || code == EngineCodes.SHORTCUT;
            boolean correction = code == EngineCodes.DELETE || code == EngineCodes.UNDO;
            raw[13] += correction ? 1 : 0;
            raw[14] += key ? 1 : 0;
            raw[15]++;
            if (i >= from5) {
                raw[1]++;
                int column = correction
                        ? 8
                        : key
                                ? 6
                                : switch (code) {
                                    case EngineCodes.NAVIGATION -> 7;
                                    case AbbLog.SIGNAL + EngineCodes.FILE_SWITCH -> 9;
                                    case AbbLog.SIGNAL + EngineCodes.FOCUS_LOST -> 10;
                                    case AbbLog.SIGNAL + EngineCodes.BUILD -> 11;
                                    default -> 12;
                                };
                raw[column]++;
            }
        }
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Math.log1p(raw[i]);
        }
        raw[0] = Math.log1p((at - log.seconds()[start]) / 60.0);
        raw[2] = -Math.log1p(at - log.seconds()[applied - 1]);
        raw[3] = minutes.cardinality();
        raw[4] = pastRate;
        raw[5] = top ? 1 : 0;
        return raw;
    }

    /** The past rate of a developer: a label counts once its fifteen minutes are over. */
    private static final class Past {
        private record Pending(long known, boolean positive) {}

        private final java.util.ArrayDeque<Pending> pending = new java.util.ArrayDeque<>();
        private final List<Integer> activity = new ArrayList<>();
        private double positives = 0.5 * PAST_RATE_PRIOR;
        private double all = PAST_RATE_PRIOR;

        void add(long known, boolean positive, int commands) {
            pending.add(new Pending(known, positive));
            int found = java.util.Collections.binarySearch(activity, commands);
            activity.add(found < 0 ? -found - 1 : found, commands);
        }

        void learnUntil(long at) {
            for (Pending first = pending.peek(); first != null && first.known() <= at; first = pending.peek()) {
                positives += first.positive() ? 1 : 0;
                all++;
                pending.remove();
            }
        }

        double rate() {
            return positives / all;
        }

        boolean isInTop(int commands) {
            int found = java.util.Collections.binarySearch(activity, commands);
            int below = found < 0 ? -found - 1 : found;
            return activity.size() >= 10 && below >= 0.91 * activity.size();
        }
    }
}
