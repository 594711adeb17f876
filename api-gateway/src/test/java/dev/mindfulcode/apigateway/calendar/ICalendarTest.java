package dev.mindfulcode.apigateway.calendar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ICalendarTest {

    private static final Instant NOW = Instant.parse("2026-03-27T08:00:00.123Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void writesEntriesAsRfc5545Says() {
        CalendarEvent event = new CalendarEvent(
                "flow-1", Instant.parse("2026-03-26T09:00:00Z"), Instant.parse("2026-03-26T09:34:30Z"), "a;b,c\\d\ne");
        assertThat(text(List.of(event))).isEqualTo("""
                BEGIN:VCALENDAR
                VERSION:2.0
                PRODID:-//Mindful Code//Flow//EN
                CALSCALE:GREGORIAN
                X-WR-CALNAME:Mindful Code
                REFRESH-INTERVAL;VALUE=DURATION:PT1H
                BEGIN:VEVENT
                UID:flow-1.c0ffee@mindfulcode.dev
                DTSTAMP:20260327T080000Z
                DTSTART:20260326T090000Z
                DTEND:20260326T093430Z
                SUMMARY:a\\;b\\,c\\\\d\\ne
                TRANSP:TRANSPARENT
                END:VEVENT
                END:VCALENDAR
                """.replace("\n", "\r\n"));
    }

    @Test
    void foldsLongLinesBetweenCharacters() {
        String summary = "\u00e9\ud83d\ude00".repeat(40);
        String text = text(List.of(new CalendarEvent("x", NOW, NOW.plusSeconds(1), summary)));
        assertThat(text.lines())
                .allSatisfy(line -> assertThat(line.getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThanOrEqualTo(ICalendar.LINE_BYTES_MAX));
        assertThat(text.replace("\r\n ", "")).contains("SUMMARY:" + summary);
    }

    @Test
    void joinsBestHoursAndFollowsTheClocksOfTheZone() {
        // Clocks are set forward on Sunday, 29 March.
        List<CalendarEvent> events =
                CalendarEvent.bestHours(BERLIN, List.of(9, 10, 14, 23), LocalDate.of(2026, 3, 27), 4);
        assertThat(events)
                .extracting(event -> event.from() + " " + event.to())
                .containsExactly(
                        "2026-03-27T08:00:00Z 2026-03-27T10:00:00Z",
                        "2026-03-27T13:00:00Z 2026-03-27T14:00:00Z",
                        "2026-03-27T22:00:00Z 2026-03-27T23:00:00Z",
                        "2026-03-30T07:00:00Z 2026-03-30T09:00:00Z",
                        "2026-03-30T12:00:00Z 2026-03-30T13:00:00Z",
                        "2026-03-30T21:00:00Z 2026-03-30T22:00:00Z");
        assertThat(events).extracting(CalendarEvent::id).doesNotHaveDuplicates();
        assertThat(CalendarEvent.bestHours(BERLIN, List.of(), LocalDate.of(2026, 3, 27), 14))
                .isEmpty();
    }

    private static String text(List<CalendarEvent> events) {
        return new String(ICalendar.write("c0ffee", events, NOW), StandardCharsets.UTF_8);
    }
}
