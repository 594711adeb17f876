package dev.mindfulcode.apigateway.calendar;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of the calendar.
 *
 * @param id unique among the entries of a calendar, the same in each feed
 * @param to exclusive
 */
record CalendarEvent(String id, Instant from, Instant to, String summary) {

    private static final String BEST_HOURS = "Best hours for focus";
    private static final String IN_FLOW = "In flow";

    /**
     * Returns the best hours of the coming weekdays, adjacent hours as one entry.
     *
     * @param hours of the day, 0 to 23, ascending
     * @param days from the first day on, weekends included
     */
    static List<CalendarEvent> bestHours(ZoneId zone, List<Integer> hours, LocalDate first, int days) {
        List<CalendarEvent> events = new ArrayList<>();
        for (LocalDate day = first; day.isBefore(first.plusDays(days)); day = day.plusDays(1)) {
            if (day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0) {
                addWindows(events, zone, hours, day);
            }
        }
        return events;
    }

    private static void addWindows(List<CalendarEvent> events, ZoneId zone, List<Integer> hours, LocalDate day) {
        int next = 0;
        while (next < hours.size()) {
            int begins = hours.get(next);
            int ends = begins + 1;
            while (++next < hours.size() && hours.get(next) == ends) {
                ends++;
            }
            Instant from = day.atTime(LocalTime.of(begins, 0)).atZone(zone).toInstant();
            Instant to = (ends == 24
                            ? day.plusDays(1).atStartOfDay(zone)
                            : day.atTime(LocalTime.of(ends, 0)).atZone(zone))
                    .toInstant();
            if (from.isBefore(to)) { // not so for an hour that clocks skip
                events.add(new CalendarEvent("best-" + day + "-" + begins, from, to, BEST_HOURS));
            }
        }
    }

    static CalendarEvent inFlow(String id, Instant from, Instant to) {
        return new CalendarEvent("flow-" + id, from, to, IN_FLOW);
    }
}
