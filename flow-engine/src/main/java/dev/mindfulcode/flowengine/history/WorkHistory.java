package dev.mindfulcode.flowengine.history;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The work history of a person over all sessions: a flyweight over {@link #SIZE_BYTES} bytes, which {@link #wrap} sets.
 * {@link #event} updates them in constant time; {@link #read} computes the {@link #FEATURES} numbers of version 2 as of
 * an instant and changes nothing, so ticks need no write. Neither allocates or reads a clock.
 *
 * <p>Time is divided into bins of {@link #BIN_MS}. Presence is the exponential average of bins with an event; a rate is
 * that of seconds with an event, so a held key counts as often as a command. Both fold whole bins, so the same events
 * give the same bytes in any batching. An event before the last one is ignored: late data never change what was known.
 *
 * <p>An outcome is whether work held: no gap of {@link #GAP_MS} in the {@link #HORIZON_MS} after an instant. An instant
 * is the first event in each five minutes of work; its outcome counts from the first bin after its fifteen minutes.
 *
 * <p>Silence lowers presence and raises the time since activity; all else is as of the last event. So a model that
 * follows presence and silence never rises while the person does nothing.
 *
 * <p>Not thread-safe. One flyweight can serve many states in turn.
 */
public final class WorkHistory {
    /** Length of a state in bytes. */
    public static final int SIZE_BYTES = 152;

    /** Length of the array that {@link #read} fills. */
    public static final int FEATURES = 15;

    /** Exponential averages of presence with time constants of 1, 2, 5 and 60 minutes, 0 to 1. */
    public static final int PRESENCE_1_MIN = 0;

    public static final int PRESENCE_2_MIN = 1;
    public static final int PRESENCE_5_MIN = 2;
    public static final int PRESENCE_60_MIN = 3;

    /** ln(1 + seconds) from the last event to the instant, at most a day. */
    public static final int LN_S_SINCE_ACTIVITY = 4;

    /** ln(1 + seconds) from the last ENTER to the last event, at most a day. */
    public static final int LN_S_SINCE_ENTER = 5;

    public static final int LN_S_SINCE_EDIT = 6;
    public static final int LN_S_SINCE_FOCUS_LOST = 7;

    /** ln(1 + minutes) from the end of the last gap to the last event. */
    public static final int LN_MIN_SINCE_GAP = 8;

    /** ln(1 + minutes) of the last gap. */
    public static final int LN_MIN_OF_GAP = 9;

    /** ln(1 + seconds with an event per minute), averaged over 5 and 60 minutes. */
    public static final int LN_RATE_5_MIN = 10;

    public static final int LN_RATE_60_MIN = 11;

    /** Share of the person's instants after which work held, shrunk to the population's. */
    public static final int HELD_RATE = 12;

    /** The same for recent instants: weights halve every {@link #HALF_LIFE_OUTCOMES} outcomes. */
    public static final int HELD_RATE_RECENT = 13;

    /** Gaps per minute of presence, shrunk to the population's. */
    public static final int BREAKS_PER_ACTIVE_MIN = 14;

    /** Kinds of events of a person. */
    public enum Event {
        /** Any other sign of the person. */
        ACTIVITY,
        /** A key press that changes text. */
        EDIT,
        /** An edit that begins a line. */
        ENTER,
        /** The editor's window lost focus. */
        FOCUS_LOST
    }

    /** Length of a bin. */
    public static final long BIN_MS = 20_000;

    /** Silence that counts as a gap. A convention without a peer-reviewed source. */
    public static final long GAP_MS = 5 * 60_000;

    /** Time after an instant in which work holds or not. */
    public static final long HORIZON_MS = 15 * 60_000;

    /** Minimum time between two instants whose outcome is learned. */
    static final long INSTANT_INTERVAL_MS = 5 * 60_000;

    /** Outcomes in which the weight of an outcome halves in {@link #HELD_RATE_RECENT}. */
    static final int HALF_LIFE_OUTCOMES = 24;

    /** Share of instants after which work held, of the developers that the models are trained on. */
    static final float POPULATION_HELD_RATE = 0.52f;

    /** Weight of the population's share in outcomes. */
    static final int PRIOR_OUTCOMES = 100;

    /** The population's breaks: 12 in an hour of presence. */
    static final int PRIOR_BREAKS = 12;

    static final int PRIOR_ACTIVE_BINS = 60 * 3;

    /** Bins with activity, from which on breaks and bins are halved: 100 hours. */
    static final int ACTIVE_BINS_MAX = 100 * 60 * 3;

    private static final int BIN_SECONDS_MAX = (int) (BIN_MS / 1_000);
    private static final long TIME_MAX_MS = 1L << 50;
    private static final float SINCE_MAX_S = 24 * 60 * 60;
    private static final float GAP_MAX_MINUTES = 24 * 60;

    /** The gap before a person's first event, which nobody has seen: like the night before a day of work. */
    private static final long UNSEEN_GAP_MS = 12L * 60 * 60_000;

    private static final float BINS_PER_MINUTE = 60_000f / BIN_MS;
    private static final int PENDING_MAX = (int) (HORIZON_MS / INSTANT_INTERVAL_MS);
    private static final int[] PRESENCE_MINUTES = {1, 2, 5, 60};
    private static final int[] RATE_DECAY = {2, 3};
    private static final float RECENT_DECAY = (float) StrictMath.pow(0.5, 1.0 / HALF_LIFE_OUTCOMES);

    /** Powers of the decay of each average, by the number of bins. */
    private static final float[][] DECAY = decays();

    private static final int DECAYS = 64;

    private static final byte VERSION = 1;
    private static final int AT_VERSION = 0;
    private static final int AT_STARTED = 1;
    private static final int AT_PENDING = 2;
    /** Seconds with an event in the bin of the last event. */
    private static final int AT_BIN_SECONDS = 3;

    private static final int AT_STRETCH_BINS = 4;
    private static final int AT_LAST_MS = 8;
    private static final int AT_ENTER_MS = 16;
    private static final int AT_EDIT_MS = 24;
    private static final int AT_FOCUS_LOST_MS = 32;
    private static final int AT_STRETCH_MS = 40;
    private static final int AT_GAP_MS = 48;
    private static final int AT_INSTANT_DUE_MS = 56;
    private static final int AT_PENDING_MS = 64;
    private static final int AT_PRESENCE = AT_PENDING_MS + PENDING_MAX * Long.BYTES;
    private static final int AT_RATE = AT_PRESENCE + 4 * Float.BYTES;
    private static final int AT_OUTCOMES = AT_RATE + 2 * Float.BYTES;
    private static final int AT_HELD = AT_OUTCOMES + Integer.BYTES;
    private static final int AT_HELD_RECENT = AT_HELD + Integer.BYTES;
    private static final int AT_BREAKS = AT_HELD_RECENT + Float.BYTES;
    private static final int AT_ACTIVE_BINS = AT_BREAKS + Integer.BYTES;
    private static final int USED_BYTES = AT_ACTIVE_BINS + Integer.BYTES;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] state = fresh();
    private int offset;

    /** Creates a flyweight over the state of a person without a history. */
    public WorkHistory() {}

    /** Returns the state of a person without a history. */
    public static byte[] fresh() {
        byte[] bytes = new byte[SIZE_BYTES];
        putFresh(bytes, 0);
        return bytes;
    }

    /** Writes the state of a person without a history into a larger array. */
    public static void putFresh(byte[] bytes, int offset) {
        java.util.Arrays.fill(bytes, offset, offset + SIZE_BYTES, (byte) 0);
        bytes[offset + AT_VERSION] = VERSION;
        LONGS.set(bytes, offset + AT_GAP_MS, UNSEEN_GAP_MS);
        INTS.set(bytes, offset + AT_HELD_RECENT, Float.floatToRawIntBits(POPULATION_HELD_RATE));
    }

    /** Sets the state that this flyweight reads and writes. */
    public WorkHistory wrap(byte[] bytes) {
        return wrap(bytes, 0);
    }

    /**
     * Sets the state that this flyweight reads and writes, which begins at an offset.
     *
     * @throws IllegalArgumentException if it is not a state of this version, or damaged
     */
    public WorkHistory wrap(byte[] bytes, int offset) {
        if (!hasVersion(bytes, offset) || !isValid(bytes, offset)) {
            throw new IllegalArgumentException(
                    "not a work history of version " + VERSION + ", or damaged; recompute it from the log");
        }
        this.state = bytes;
        this.offset = offset;
        return this;
    }

    private static boolean hasVersion(byte[] bytes, int offset) {
        return offset >= 0 && bytes.length - SIZE_BYTES >= offset && bytes[offset + AT_VERSION] == VERSION;
    }

    /** Returns whether a valid state of this version begins at an offset. */
    public static boolean isReadable(byte[] bytes, int offset) {
        return hasVersion(bytes, offset) && new WorkHistory().isValid(bytes, offset);
    }

    /** Returns whether the values are in range and agree with each other; leaves this flyweight as it is. */
    private boolean isValid(byte[] bytes, int offset) {
        byte[] wrapped = this.state;
        int wrappedOffset = this.offset;
        this.state = bytes;
        this.offset = offset;
        boolean valid = isValid();
        this.state = wrapped;
        this.offset = wrappedOffset;
        return valid;
    }

    private boolean isValid() {
        int pending = state[offset + AT_PENDING];
        long last = time(AT_LAST_MS);
        boolean valid = pending >= 0
                && pending <= PENDING_MAX
                && state[offset + AT_STARTED] >= 0
                && state[offset + AT_STARTED] <= 1
                && last >= 0
                && last <= TIME_MAX_MS
                && isBetween(time(AT_ENTER_MS), 0, last)
                && isBetween(time(AT_EDIT_MS), 0, last)
                && isBetween(time(AT_FOCUS_LOST_MS), 0, last)
                && isBetween(time(AT_STRETCH_MS), 0, last)
                && isBetween(time(AT_GAP_MS), 0, TIME_MAX_MS)
                && isBetween(time(AT_INSTANT_DUE_MS), 0, TIME_MAX_MS + INSTANT_INTERVAL_MS)
                && isBetween(state[offset + AT_BIN_SECONDS], 0, BIN_SECONDS_MAX)
                && isBetween(count(AT_HELD), 0, count(AT_OUTCOMES))
                && isShare(AT_HELD_RECENT)
                && isBetween(count(AT_ACTIVE_BINS), 0, ACTIVE_BINS_MAX)
                && count(AT_BREAKS) >= 0
                && count(AT_STRETCH_BINS) >= 0;
        for (int i = 0; valid && i < PRESENCE_MINUTES.length; i++) {
            valid = isShare(AT_PRESENCE + i * Float.BYTES);
        }
        for (int i = 0; valid && i < RATE_DECAY.length; i++) {
            float rate = number(AT_RATE + i * Float.BYTES);
            valid = rate >= 0 && rate <= BIN_SECONDS_MAX + 1e-3f;
        }
        for (int i = 0; valid && i < pending; i++) {
            valid = isBetween(time(AT_PENDING_MS + i * Long.BYTES), time(AT_STRETCH_MS), last);
        }
        return valid;
    }

    private static boolean isBetween(long value, long min, long max) {
        return value >= min && value <= max;
    }

    private boolean isShare(int at) {
        return number(at) >= 0 && number(at) <= 1;
    }

    /** Applies one event; an event before the last one is ignored. */
    public void event(long atMs, Event event) {
        long at = Math.clamp(atMs, 0, TIME_MAX_MS);
        if (state[offset + AT_STARTED] == 0) {
            state[offset + AT_STARTED] = 1;
            beginStretch(at);
            countSecond();
        } else {
            long last = time(AT_LAST_MS);
            if (at < last) {
                return;
            }
            if (at / BIN_MS != last / BIN_MS) {
                closeBins(at / BIN_MS - last / BIN_MS);
                learn(last, at);
            }
            if (at / 1_000 != last / 1_000) {
                countSecond();
            }
        }
        putTime(AT_LAST_MS, at);
        switch (event) {
            case ACTIVITY -> {}
            case EDIT -> putTime(AT_EDIT_MS, at);
            case ENTER -> {
                putTime(AT_EDIT_MS, at);
                putTime(AT_ENTER_MS, at);
            }
            case FOCUS_LOST -> putTime(AT_FOCUS_LOST_MS, at);
        }
    }

    /** Forgets all events, but not what was learned from them about the person: outcomes and breaks. */
    public void forgetEvents() {
        byte[] fresh = fresh();
        System.arraycopy(fresh, 0, state, offset, AT_OUTCOMES);
    }

    private void countSecond() {
        state[offset + AT_BIN_SECONDS]++;
    }

    private void closeBins(long bins) {
        for (int i = 0; i < PRESENCE_MINUTES.length; i++) {
            putNumber(AT_PRESENCE + i * Float.BYTES, presence(i, bins - 1));
        }
        for (int i = 0; i < RATE_DECAY.length; i++) {
            putNumber(AT_RATE + i * Float.BYTES, rate(i, bins - 1));
        }
        state[offset + AT_BIN_SECONDS] = 0;
        putCount(AT_STRETCH_BINS, count(AT_STRETCH_BINS) + 1);
        int active = count(AT_ACTIVE_BINS) + 1;
        if (active >= ACTIVE_BINS_MAX) {
            active >>= 1;
            putCount(AT_BREAKS, count(AT_BREAKS) >> 1);
        }
        putCount(AT_ACTIVE_BINS, active);
    }

    /** Returns an average of presence this many whole bins after that of the last event. */
    private float presence(int scale, long bins) {
        float decay = DECAY[scale][1];
        return (number(AT_PRESENCE + scale * Float.BYTES) * decay + (1 - decay)) * decay(scale, bins);
    }

    private float rate(int scale, long bins) {
        float decay = DECAY[RATE_DECAY[scale]][1];
        float closed = number(AT_RATE + scale * Float.BYTES) * decay + (1 - decay) * state[offset + AT_BIN_SECONDS];
        return closed * decay(RATE_DECAY[scale], bins);
    }

    private static float decay(int scale, long bins) {
        return bins < DECAYS
                ? DECAY[scale][(int) bins]
                : (float) StrictMath.exp(-bins / (double) (PRESENCE_MINUTES[scale] * BINS_PER_MINUTE));
    }

    private static float[][] decays() {
        float[][] decays = new float[PRESENCE_MINUTES.length][DECAYS];
        for (int scale = 0; scale < decays.length; scale++) {
            for (int bins = 0; bins < DECAYS; bins++) {
                decays[scale][bins] =
                        (float) StrictMath.exp(-bins / (double) (PRESENCE_MINUTES[scale] * BINS_PER_MINUTE));
            }
        }
        return decays;
    }

    /** Learns the outcomes that an event decides, and notes it as an instant if one is due. */
    private void learn(long last, long at) {
        if (at - last >= GAP_MS) {
            for (int i = 0; i < state[offset + AT_PENDING]; i++) {
                long instant = time(AT_PENDING_MS + i * Long.BYTES);
                learnOutcome(last + GAP_MS > instant + HORIZON_MS);
            }
            state[offset + AT_PENDING] = 0;
            putCount(AT_BREAKS, count(AT_BREAKS) + 1);
            putTime(AT_GAP_MS, at - last);
            beginStretch(at);
            return;
        }
        while (state[offset + AT_PENDING] > 0 && time(AT_PENDING_MS) + HORIZON_MS <= at) {
            learnOutcome(true);
            int left = --state[offset + AT_PENDING];
            System.arraycopy(
                    state, offset + AT_PENDING_MS + Long.BYTES, state, offset + AT_PENDING_MS, left * Long.BYTES);
        }
        if (at >= time(AT_INSTANT_DUE_MS)) {
            putTime(AT_PENDING_MS + state[offset + AT_PENDING] * Long.BYTES, at);
            state[offset + AT_PENDING]++;
            putTime(AT_INSTANT_DUE_MS, at + INSTANT_INTERVAL_MS);
        }
    }

    private void beginStretch(long at) {
        putTime(AT_STRETCH_MS, at);
        putTime(AT_INSTANT_DUE_MS, at + INSTANT_INTERVAL_MS);
        putCount(AT_STRETCH_BINS, 0);
    }

    private void learnOutcome(boolean held) {
        putCount(AT_OUTCOMES, count(AT_OUTCOMES) + 1);
        putCount(AT_HELD, count(AT_HELD) + (held ? 1 : 0));
        putNumber(AT_HELD_RECENT, number(AT_HELD_RECENT) * RECENT_DECAY + (held ? 1 - RECENT_DECAY : 0));
    }

    /** Fills the features as of an instant, at the earliest the last event. */
    public void read(long atMs, float[] into) {
        long last = time(AT_LAST_MS);
        long at = Math.max(Math.clamp(atMs, 0, TIME_MAX_MS), last);
        boolean started = state[offset + AT_STARTED] != 0;
        // The bin of the instant is not over: without an event yet, it says nothing.
        long bins = Math.max(at / BIN_MS - last / BIN_MS - 1, 0);
        for (int i = 0; i < PRESENCE_MINUTES.length; i++) {
            into[PRESENCE_1_MIN + i] = started ? presence(i, bins) : 0;
        }
        for (int i = 0; i < RATE_DECAY.length; i++) {
            into[LN_RATE_5_MIN + i] = started ? ln(rate(i, 0) * BINS_PER_MINUTE) : 0;
        }
        into[LN_S_SINCE_ACTIVITY] = lnSecondsSince(last, at);
        into[LN_S_SINCE_ENTER] = lnSecondsSince(time(AT_ENTER_MS), last);
        into[LN_S_SINCE_EDIT] = lnSecondsSince(time(AT_EDIT_MS), last);
        into[LN_S_SINCE_FOCUS_LOST] = lnSecondsSince(time(AT_FOCUS_LOST_MS), last);
        into[LN_MIN_SINCE_GAP] = lnMinutes(last - time(AT_STRETCH_MS));
        into[LN_MIN_OF_GAP] = lnMinutes(time(AT_GAP_MS));
        into[HELD_RATE] =
                (count(AT_HELD) + PRIOR_OUTCOMES * POPULATION_HELD_RATE) / (count(AT_OUTCOMES) + PRIOR_OUTCOMES);
        into[HELD_RATE_RECENT] = number(AT_HELD_RECENT);
        into[BREAKS_PER_ACTIVE_MIN] =
                (count(AT_BREAKS) + PRIOR_BREAKS) * BINS_PER_MINUTE / (count(AT_ACTIVE_BINS) + PRIOR_ACTIVE_BINS);
    }

    /** Replaces what the features say of outcomes and breaks by what they say of a person without a history. */
    public static void putOutcomesOfStranger(float[] features) {
        features[HELD_RATE] = POPULATION_HELD_RATE;
        features[HELD_RATE_RECENT] = POPULATION_HELD_RATE;
        features[BREAKS_PER_ACTIVE_MIN] = PRIOR_BREAKS * BINS_PER_MINUTE / PRIOR_ACTIVE_BINS;
    }

    /** Returns ln(1 + seconds) since a time; a time of 0 means never. */
    private static float lnSecondsSince(long time, long at) {
        return ln(time == 0 ? SINCE_MAX_S : Math.min((at - time) / 1_000f, SINCE_MAX_S));
    }

    private static float lnMinutes(long ms) {
        return ln(Math.min(ms / 60_000f, GAP_MAX_MINUTES));
    }

    private static float ln(float value) {
        return (float) StrictMath.log(1 + value);
    }

    /**
     * Returns the presence of the last five minutes as of an instant, of the time since the last gap only: 1 without
     * a pause, also in the first minute.
     */
    public float presenceSinceGap(long atMs) {
        long last = time(AT_LAST_MS);
        long bins = Math.max(Math.clamp(atMs, last, TIME_MAX_MS) / BIN_MS - last / BIN_MS - 1, 0);
        long possible = last / BIN_MS - time(AT_STRETCH_MS) / BIN_MS + 1 + bins;
        int scale = PRESENCE_5_MIN - PRESENCE_1_MIN;
        return Math.min(presence(scale, bins) / (1 - decay(scale, possible)), 1);
    }

    /** Returns the time of the last event, 0 before the first. */
    public long lastEventAtMs() {
        return time(AT_LAST_MS);
    }

    /** Returns the time of the last event of a state that begins at an offset, 0 before the first. */
    public static long lastEventAtMs(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset + AT_LAST_MS);
    }

    /** Returns the time of the first event after the last gap, 0 before the first. */
    public long stretchBeganAtMs() {
        return time(AT_STRETCH_MS);
    }

    /** Returns the presence since the last gap: the time of its closed bins that have an event. */
    public long presentMs() {
        return count(AT_STRETCH_BINS) * BIN_MS;
    }

    /** Returns the number of outcomes that {@link #HELD_RATE} is based on. */
    public int outcomes() {
        return count(AT_OUTCOMES);
    }

    private long time(int at) {
        return (long) LONGS.get(state, offset + at);
    }

    private void putTime(int at, long ms) {
        LONGS.set(state, offset + at, ms);
    }

    private int count(int at) {
        return (int) INTS.get(state, offset + at);
    }

    private void putCount(int at, int count) {
        INTS.set(state, offset + at, count);
    }

    private float number(int at) {
        return Float.intBitsToFloat(count(at));
    }

    private void putNumber(int at, float number) {
        putCount(at, Float.floatToRawIntBits(number));
    }
}
