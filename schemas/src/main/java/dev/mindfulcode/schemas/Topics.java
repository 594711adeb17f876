package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.List;

/** The topic catalogue: the only place that knows the names of topics, what they carry and how long that is kept. */
public final class Topics {

    public static final Topic<KeystrokeBatch> KEYSTROKES = new Topic<>("keystrokes", KeystrokeBatch.class, null);
    public static final Topic<SessionEvent> SESSIONS = new Topic<>("sessions", SessionEvent.class, null);
    public static final Topic<AccountEvent> ACCOUNTS = new Topic<>("accounts", AccountEvent.class, null);
    public static final Topic<FlowState> FLOW_STATES = new Topic<>("flow-states", FlowState.class, Duration.ofDays(7));
    public static final Topic<FlowPeriod> FLOW_PERIODS =
            new Topic<>("flow-periods", FlowPeriod.class, Duration.ofDays(7));
    public static final Topic<FlowMinute> FLOW_MINUTES =
            new Topic<>("flow-minutes", FlowMinute.class, Duration.ofDays(7));

    /** Keyed by the original key's bytes, whatever they are. */
    public static final Topic<DeadLetter> DEAD_LETTERS =
            new Topic<>("dead-letters", DeadLetter.class, Duration.ofDays(28));

    private static final List<Topic<?>> ALL =
            List.of(KEYSTROKES, SESSIONS, ACCOUNTS, FLOW_STATES, FLOW_PERIODS, FLOW_MINUTES, DEAD_LETTERS);

    private Topics() {}

    public static List<Topic<?>> all() {
        return ALL;
    }
}
