package dev.mindfulcode.apigateway.calendar;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes calendars in the format of RFC 5545, with times in UTC. Entries do not make their user busy. */
final class ICalendar {

    static final int LINE_BYTES_MAX = 75;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder text = new StringBuilder();

    private ICalendar() {}

    /**
     * Returns a calendar.
     *
     * @param id of the calendar, which makes those of its entries unique
     * @param at time of writing
     */
    static byte[] write(String id, List<CalendarEvent> events, Instant at) {
        ICalendar calendar = new ICalendar();
        calendar.line("BEGIN:VCALENDAR");
        calendar.line("VERSION:2.0");
        calendar.line("PRODID:-//Mindful Code//Flow//EN");
        calendar.line("CALSCALE:GREGORIAN");
        calendar.line("X-WR-CALNAME:Mindful Code");
        calendar.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
        for (CalendarEvent event : events) {
            calendar.line("BEGIN:VEVENT");
            calendar.line("UID:" + event.id() + "." + id + "@mindfulcode.dev");
            calendar.line("DTSTAMP:" + TIME.format(at));
            calendar.line("DTSTART:" + TIME.format(event.from()));
            calendar.line("DTEND:" + TIME.format(event.to()));
            calendar.line("SUMMARY:" + escaped(event.summary()));
            calendar.line("TRANSP:TRANSPARENT");
            calendar.line("END:VEVENT");
        }
        calendar.line("END:VCALENDAR");
        return calendar.text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace(";", "\\;")
                .replace(",", "\\,")
                .replace("\r\n", "\\n")
                .replace("\n", "\\n")
                .replace("\r", "\\n");
    }

    /** Appends a line, folded between characters. */
    private void line(String content) {
        int bytes = 0;
        for (int i = 0; i < content.length(); i = content.offsetByCodePoints(i, 1)) {
            String character = Character.toString(content.codePointAt(i));
            int more = character.getBytes(StandardCharsets.UTF_8).length;
            if (bytes + more > LINE_BYTES_MAX) {
                text.append("\r\n ");
                bytes = 1;
            }
            text.append(character);
            bytes += more;
        }
        text.append("\r\n");
    }
}
