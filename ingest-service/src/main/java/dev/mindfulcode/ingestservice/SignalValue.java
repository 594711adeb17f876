package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.SignalKind;

/** The value of a signal in JSON. Its rule depends on the kind, which may come after it. */
sealed interface SignalValue {

    SignalValue LEFT_OUT = new LeftOut();
    SignalValue OK = new Outcome(true);
    SignalValue FAILED = new Outcome(false);

    /** Returns the number that payloads store; rejects a value that does not fit the kind. */
    default int of(SignalKind kind, BatchBuilder buffer) {
        boolean hasOutcome = kind == SignalKind.BUILD || kind == SignalKind.TEST;
        return switch (this) {
            case LeftOut _ when hasOutcome -> throw buffer.position.invalid("Must be \"ok\" or \"failed\"");
            case LeftOut _ when kind == SignalKind.DIAGNOSTICS -> throw buffer.position.invalid("Must be a count");
            case LeftOut _ -> 0;
            case Outcome outcome when hasOutcome -> outcome.ok ? 1 : 0;
            case Outcome _ -> throw buffer.position.invalid("Allowed for the kinds build and test only");
            case Count count when kind == SignalKind.DIAGNOSTICS -> buffer.signalValue(kind, count.count);
            case Count _ when hasOutcome -> throw buffer.position.invalid("Must be \"ok\" or \"failed\"");
            case Count _ -> throw buffer.position.invalid("Allowed for the kinds build, test and diagnostics only");
        };
    }

    /** Absent, or null. */
    record LeftOut() implements SignalValue {}

    record Outcome(boolean ok) implements SignalValue {}

    record Count(long count) implements SignalValue {}
}
