package dev.mindfulcode.flowengine;

import org.jspecify.annotations.Nullable;

/**
 * Computes one reading from a single request, against the population prior only. Stateless and thread-safe.
 *
 * <p>Flow is relative to a person's own range, so a request without a {@link History} is never in flow: its reason is
 * {@link FlowReason#WARMING_UP}, and its confidence at most 0.4.
 */
public final class FlowDetector {
    private static final long START_MS = 60_000L * 1_000_000;
    private static final int LETTER = 0;

    /** More presence than this changes no reading. */
    private static final long PRESENT_MS_MAX = 3_600_000;

    private final FlowModel model;
    private final int scale;

    /** Never wrapped. */
    private final SessionState prototype;

    public FlowDetector() {
        this(FlowModel.builtIn());
    }

    public FlowDetector(FlowModel model) {
        this.model = model;
        this.scale = ModelArtefact.scaleFingerprint(model);
        this.prototype = new SessionState(model);
    }

    /**
     * Data of one stretch of typing. Only the intervals are required.
     *
     * @param intervalsMs one per keystroke, oldest first; at most the last 100 are scored
     * @param errorEvents number of keystrokes that were errors; any excess counts as failed builds
     * @param windowFocusMs time with window focus, at most the typed time; -1 if unknown
     * @param typingVelocityPerMinute keystrokes per minute measured by the client, or NaN; used only without intervals
     * @param pausesMs pauses that are not part of the intervals
     * @param sensitivity 0 to 1, NaN for the default
     * @param history what the client knows of the time before, null for nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // primitive arrays: no boxing
    public record Request(
            int[] intervalsMs,
            int contextSwitches,
            int errorEvents,
            long windowFocusMs,
            int fileModifications,
            double typingVelocityPerMinute,
            int[] pausesMs,
            float sensitivity,
            @Nullable History history) {

        /** Returns a request with intervals only. */
        public static Request ofIntervals(int... intervalsMs) {
            return new Request(intervalsMs, 0, 0, -1, 0, Double.NaN, new int[0], Float.NaN, null);
        }
    }

    /**
     * A client's knowledge of the time before a request.
     *
     * @param presentMs time with typing since the last gap of a quarter of an hour
     * @param intensities the person's intensities, one per 20 s with typing, at most {@link #INTENSITIES_MAX}
     */
    @SuppressWarnings("ArrayRecordComponent") // primitive arrays: no boxing
    public record History(long presentMs, float[] intensities) {
        public static final int INTENSITIES_MAX = OwnRange.INSTANTS_MAX - 1;
    }

    /** Returns the id of the model in use. */
    public String modelId() {
        return model.id();
    }

    public void detect(Request request, FlowReading into) {
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState(prototype).wrap(state);
        session.setSensitivity(request.sensitivity());
        int[] intervals = request.intervalsMs();
        int corrections = Math.clamp(request.errorEvents(), 0, intervals.length);
        History history = request.history();
        if (history != null) {
            session.typedBefore(START_MS - Math.clamp(history.presentMs(), 0, PRESENT_MS_MAX), START_MS);
        }
        long at = START_MS;
        for (int pauseMs : request.pausesMs()) {
            at += Math.clamp(pauseMs, 0, (int) SessionState.PAUSE_TIMEOUT_MS - 1);
        }
        int first = Math.max(intervals.length - Layout.RING_LENGTH, 0);
        for (int i = first; i < intervals.length; i++) {
            int interval = Math.clamp(intervals[i], 0, (int) SessionState.PAUSE_TIMEOUT_MS - 1);
            at += interval;
            boolean correction =
                    errorsUpTo(i + 1, corrections, intervals.length) > errorsUpTo(i, corrections, intervals.length);
            session.keystroke(at, interval, correction ? EventCodes.KEY_DELETE : LETTER, -1);
        }
        addSignals(session, request, at, at - START_MS, request.errorEvents() - corrections);
        // The request itself is no past.
        OwnRange.clear(state);
        if (history != null) {
            for (float intensity : history.intensities()) {
                OwnRange.add(state, scale, Math.clamp(intensity, 0f, 1f), 1);
            }
        }
        session.read(into);
        if (intervals.length == 0 && request.typingVelocityPerMinute() > 0) {
            into.velocity = velocityOf(request.typingVelocityPerMinute());
            into.modelIntensity = model.intensity(into);
            into.intensity = into.modelIntensity;
        }
        into.reason = history == null
                ? FlowReason.WARMING_UP
                : FlowPhase.reasonOfOne(state, history.presentMs(), into, model, scale, session.sensitivity());
        into.inFlow = into.reason == null;
        into.flowDurationMs = into.inFlow ? at - START_MS : 0;
        into.heldMs = into.flowDurationMs;
    }

    /** Returns the number of errors among the first keystrokes, spread evenly. */
    private static long errorsUpTo(int keystrokes, int errors, int of) {
        return (long) keystrokes * errors / of;
    }

    private static void addSignals(SessionState session, Request request, long at, long spanMs, int failures) {
        for (int i = 0; i < Math.clamp(request.contextSwitches(), 0, 255); i++) {
            session.signal(at, EventCodes.SIGNAL_FILE_SWITCH, 0);
        }
        for (int i = 0; i < Math.clamp(failures, 0, 255); i++) {
            session.signal(at, EventCodes.SIGNAL_BUILD, EventCodes.FAILED);
        }
        if (request.windowFocusMs() >= 0 && request.windowFocusMs() < spanMs) {
            session.signal(at, EventCodes.SIGNAL_FOCUS_LOST, 0);
            session.signal(at + spanMs - request.windowFocusMs(), EventCodes.SIGNAL_FOCUS_GAINED, 0);
        }
    }

    private static float velocityOf(double keystrokesPerMinute) {
        double ratio = 60_000 / keystrokesPerMinute / PopulationPrior.MEDIAN_MS;
        return (float) (1 / (1 + ratio * ratio));
    }
}
