package dev.mindfulcode.flowengine;

/**
 * The engine without a session: one reading from what a single request says, judged against the population prior only.
 * Stateless and thread-safe.
 *
 * <p>As no history is given, "in flow" says that the conditions hold in what was sent, and confidence stays accordingly
 * low: 0 with no interval, at most 0.6.
 */
public final class FlowDetector {
    private static final long START_MS = 60_000L * 1_000_000;
    private static final int LETTER = 0;

    private final FlowModel model;

    public FlowDetector() {
        this(FlowModel.builtIn());
    }

    public FlowDetector(FlowModel model) {
        this.model = model;
    }

    /**
     * What a request says. Only intervals are needed.
     *
     * @param intervalsMs one a keystroke, oldest first; at most the last 100 are judged
     * @param contextSwitches how many during these keystrokes
     * @param errorEvents how many of these keystrokes were errors; what exceeds them counts as failed builds
     * @param windowFocusMs how long the window had focus, or -1 when not said; the typed span where it is longer
     * @param fileModifications how many
     * @param typingVelocityPerMinute keystrokes a minute as the client measured, or NaN; stands in for the intervals
     *     where there are none
     * @param pausesMs pauses beside the intervals
     * @param sensitivity 0 to 1, NaN for the default
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
            float sensitivity) {

        /** Returns a request that knows nothing but intervals. */
        public static Request ofIntervals(int... intervalsMs) {
            return new Request(intervalsMs, 0, 0, -1, 0, Double.NaN, new int[0], Float.NaN);
        }
    }

    /** Returns the id of the model that judges. */
    public String modelId() {
        return model.id();
    }

    public void detect(Request request, FlowReading into) {
        SessionState session = new SessionState(model).wrap(SessionState.fresh());
        session.setSensitivity(request.sensitivity());
        int[] intervals = request.intervalsMs();
        int corrections = Math.clamp(request.errorEvents(), 0, intervals.length);
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
        session.read(into);
        if (intervals.length == 0 && request.typingVelocityPerMinute() > 0) {
            into.velocity = velocityOf(request.typingVelocityPerMinute());
            into.intensity = model.intensity(into);
        }
        into.inFlow = into.confidence >= FlowReading.CONFIDENCE_FOR_FLOW
                && into.intensity >= model.enterThreshold(session.sensitivity());
        into.flowDurationMs = into.inFlow ? at - START_MS : 0;
        into.heldMs = into.flowDurationMs;
    }

    /** Spreads errors evenly over the keystrokes. */
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
