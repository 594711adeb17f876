package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.history.WorkHistory;
import dev.mindfulcode.flowengine.history.WorkHistory.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forecast task on ABB logs: at regular instants of a session that is not paused, will the next fifteen minutes
 * have no gap of five? Sessions are the product's: paused after 5 and ended after 30 idle minutes. Readings are those
 * that the engine would have given live; the work history and baselines contain earlier data only, gaps included.
 */
final class AbbForecast {
    /** Time between instants of a session. */
    static final int STEP_S = 300;

    /** The first instant of a session is one to five minutes after its start, in turn. */
    private static final int PHASE_S = 60;

    /** Window of the plain counts. */
    static final int RECENT_S = 300;

    static final int GAP_S = 300;
    static final int HORIZON_S = 900;
    static final int SESSION_SPLIT_S = (int) (SessionState.END_TIMEOUT_MS / 1_000);

    /** Length of the stratum at the start of each session. */
    static final int FIRST_MINUTES_S = 300;

    /** Commands in the last five minutes from which an instant counts as busy. */
    static final int BUSY_COMMANDS_MIN = 30;

    static final int MINUTES_INTO_SESSION = 0;
    static final int COMMANDS_IN_5_MINUTES = 1;
    static final int SECONDS_SINCE_LAST = 2;
    static final int PRESENCE = 3;
    static final int OWN_RUNNING_RATE = 4;
    static final int IN_TOP_9_PERCENT = 5;

    static final List<String> RAW = List.of(
            "minutes into the session",
            "commands in 5 minutes",
            "seconds since the last event",
            "presence over 5 minutes",
            "the person's running rate",
            "activity in the top 9 % of own past",
            "keys in 5 minutes",
            "caret moves in 5 minutes",
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

    /** The columns of the small logistic model, which anybody could build. */
    static final int[] SMALL = {SECONDS_SINCE_LAST, PRESENCE, MINUTES_INTO_SESSION};

    private AbbForecast() {}

    static boolean isBusy(Example example) {
        return example.raw()[COMMANDS_IN_5_MINUTES] >= Math.log1p(BUSY_COMMANDS_MIN);
    }

    static List<Example> examples(AbbLog log) {
        List<Example> examples = new ArrayList<>();
        long[] seconds = log.seconds();
        Person person = new Person();
        byte @Nullable [] earlier = null;
        int start = 0;
        int session = 0;
        for (int end = 1; end <= seconds.length; end++) {
            if (end < seconds.length && seconds[end] - seconds[end - 1] < SESSION_SPLIT_S) {
                continue;
            }
            byte[] state = earlier == null ? SessionState.fresh() : SessionState.freshAfter(earlier);
            person.session.wrap(state);
            session(log, start, end, PHASE_S * (1 + session++ % (STEP_S / PHASE_S)), person, examples);
            if (end < seconds.length) {
                person.session.tick(seconds[end] * 1_000);
            }
            earlier = state;
            start = end;
        }
        return examples;
    }

    /** The knowledge of engine and baselines about a developer. */
    private static final class Person {
        final SessionState session = new SessionState();
        final WorkHistory history = new WorkHistory();
        final FlowReading reading = new FlowReading();
        final List<Integer> activity = new ArrayList<>();

        boolean isInTop(int commands) {
            int found = java.util.Collections.binarySearch(activity, commands);
            int below = found < 0 ? -found - 1 : found;
            boolean top = activity.size() >= 10 && below >= 0.91 * activity.size();
            activity.add(below, commands);
            return top;
        }
    }

    private static void session(AbbLog log, int start, int end, int phase, Person person, List<Example> into) {
        long[] seconds = log.seconds();
        int applied = start;
        long last = seconds[seconds.length - 1];
        for (long at = seconds[start] + phase; at < seconds[end - 1] + GAP_S; at += STEP_S) {
            for (; applied < end && seconds[applied] <= at; applied++) {
                apply(log, applied, start, person);
            }
            person.session.tick(at * 1_000);
            if (at - seconds[applied - 1] >= GAP_S || at + HORIZON_S > last) {
                continue;
            }
            person.session.read(at * 1_000, person.reading);
            person.history.read(at * 1_000, person.reading.history());
            int recent = applied - after(seconds, at - RECENT_S);
            into.add(new Example(
                    log.developer(),
                    EngineCodes.features(person.reading),
                    person.reading.history().clone(),
                    raw(log, start, applied, at, person.reading.history(), person.isInTop(recent)),
                    stratum(start, at - seconds[start]),
                    holds(seconds, applied, at)));
        }
        for (; applied < end; applied++) {
            apply(log, applied, start, person);
        }
    }

    private static Example.Stratum stratum(int start, long secondsIntoSession) {
        if (secondsIntoSession <= FIRST_MINUTES_S) {
            return Example.Stratum.FIRST_MINUTES;
        }
        return start == 0 ? Example.Stratum.FIRST_SESSION : Example.Stratum.LATER;
    }

    private static void apply(AbbLog log, int i, int start, Person person) {
        long atMs = log.seconds()[i] * 1_000;
        int code = log.codes()[i];
        if (code < AbbLog.SIGNAL) {
            long sinceMs = i == start ? 0 : atMs - log.seconds()[i - 1] * 1_000;
            person.session.keystroke(atMs, (int) Math.min(sinceMs, Integer.MAX_VALUE), code, -1);
            person.history.event(atMs, EngineCodes.eventOfKey(code));
            return;
        }
        int kind = code - AbbLog.SIGNAL;
        person.session.signal(atMs, kind, EngineCodes.OK);
        if (kind == EngineCodes.FOCUS_LOST) {
            person.session.signal(atMs, EngineCodes.FOCUS_GAINED, 0);
        }
        person.history.event(atMs, kind == EngineCodes.FOCUS_LOST ? Event.FOCUS_LOST : Event.ACTIVITY);
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

    private static double[] raw(AbbLog log, int start, int applied, long at, float[] history, boolean top) {
        double[] raw = new double[RAW.size()];
        int from15 = after(log.seconds(), at - HORIZON_S);
        int from5 = after(log.seconds(), at - RECENT_S);
        for (int i = from15; i < applied; i++) {
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
        raw[MINUTES_INTO_SESSION] = Math.log1p((at - log.seconds()[start]) / 60.0);
        raw[SECONDS_SINCE_LAST] = -Math.log1p(at - log.seconds()[applied - 1]);
        raw[PRESENCE] = history[WorkHistory.PRESENCE_5_MIN];
        raw[OWN_RUNNING_RATE] = history[WorkHistory.HELD_RATE];
        raw[IN_TOP_9_PERCENT] = top ? 1 : 0;
        return raw;
    }
}
