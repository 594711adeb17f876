package dev.mindfulcode.flowengine.history;

import dev.mindfulcode.flowengine.history.WorkHistory.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random events of a person who works in stretches, with pauses from seconds to days. */
final class WorkDays {
    record At(long ms, Event event) {}

    private WorkDays() {}

    static List<At> of(long seed, int events) {
        Random random = new Random(seed);
        List<At> days = new ArrayList<>();
        long at = 1_700_000_000_000L + random.nextInt(100_000);
        for (int i = 0; i < events; i++) {
            int pause = random.nextInt(1_000);
            if (pause < 4) {
                at += random.nextLong(2 * 24 * 60 * 60_000L);
            } else if (pause < 20) {
                at += random.nextLong(WorkHistory.GAP_MS + WorkHistory.BIN_MS);
            } else if (pause < 200) {
                at += random.nextInt(40_000);
            } else {
                at += random.nextInt(2_000);
            }
            days.add(new At(at, Event.values()[random.nextInt(Event.values().length)]));
        }
        return days;
    }
}
