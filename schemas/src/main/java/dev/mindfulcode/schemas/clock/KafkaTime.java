package dev.mindfulcode.schemas.clock;

import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** Adapts a clock to Kafka's. Waiting uses the system clock for the duration that the adapted clock gives. */
public record KafkaTime(InstantSource clock) implements Time {

    @Override
    public long milliseconds() {
        return clock.millis();
    }

    @Override
    public long nanoseconds() {
        return Time.SYSTEM.nanoseconds();
    }

    @Override
    public long hiResClockMs() {
        return Time.SYSTEM.hiResClockMs();
    }

    @Override
    public void sleep(long ms) {
        Time.SYSTEM.sleep(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) throws InterruptedException {
        Time.SYSTEM.waitObject(object, condition, deadlineMs - milliseconds() + Time.SYSTEM.milliseconds());
    }
}
