package dev.mindfulcode.flowengine.time;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of time zones. Stored names are IANA names, or offsets such as {@code +05:30} that no IANA zone has;
 * {@link #find} also accepts other names that browsers and operating systems send. Thread-safe.
 */
public final class TimeZones {

    public static final ZoneId UTC = ZoneId.of("UTC");

    private static final Set<String> IANA = Set.copyOf(ZoneId.getAvailableZoneIds());
    private static final Pattern OFFSET = Pattern.compile("[+-][0-9]{2}:[0-9]{2}");

    /** As in {@code UTC+2}, {@code GMT-0330}, {@code +05:30}. */
    private static final Pattern SENT_OFFSET =
            Pattern.compile("(?:UTC|GMT|UT|Z)? ?([+-\\u2212])([0-9]{1,2}):?([0-9]{2})?", Pattern.CASE_INSENSITIVE);

    /** Folders of tzdata variants, and the leading colon of the variable TZ. */
    private static final Pattern PREFIX = Pattern.compile("^:|^(?:posix|right)/");

    private static final int MINUTES_PER_HOUR = 60;
    private static final int ETC_HOURS_EAST_MAX = 14;
    private static final int ETC_HOURS_WEST_MAX = 12;

    private static final Map<String, String> BY_ANY_CASE = new TreeMap<>();

    static {
        IANA.forEach(name -> BY_ANY_CASE.put(name.toLowerCase(Locale.ROOT), name));
        ZoneAliases.ALL.forEach((alias, name) -> BY_ANY_CASE.putIfAbsent(alias.toLowerCase(Locale.ROOT), name));
    }

    private TimeZones() {}

    /** Whether a zone may be stored under this name. */
    public static boolean isKnown(String name) {
        return IANA.contains(name) || (OFFSET.matcher(name).matches() && offset(name) != null);
    }

    /** Returns the zone of a stored name; UTC if it is unknown. */
    public static ZoneId of(@Nullable String name) {
        return name != null && isKnown(name) ? ZoneId.of(name) : UTC;
    }

    /** Returns the zone for a name sent by a client, or null if it is unknown. */
    public static @Nullable ZoneId find(String sent) {
        String name = PREFIX.matcher(sent.strip()).replaceFirst("");
        String known = BY_ANY_CASE.get(name.toLowerCase(Locale.ROOT));
        if (known != null) {
            return ZoneId.of(known);
        }
        Matcher offset = SENT_OFFSET.matcher(name);
        return offset.matches() ? zoneOf(offset) : null;
    }

    private static @Nullable ZoneId zoneOf(Matcher sent) {
        int hours = Integer.parseInt(sent.group(2));
        int minutes = sent.group(3) == null ? 0 : Integer.parseInt(sent.group(3));
        boolean isEast = sent.group(1).equals("+");
        if (minutes >= MINUTES_PER_HOUR) {
            return null;
        }
        if (hours == 0 && minutes == 0) {
            return UTC;
        }
        if (minutes == 0 && hours <= (isEast ? ETC_HOURS_EAST_MAX : ETC_HOURS_WEST_MAX)) {
            // POSIX offsets are positive west of Greenwich.
            return ZoneId.of("Etc/GMT" + (isEast ? "-" : "+") + hours);
        }
        return offset(String.format(Locale.ROOT, "%s%02d:%02d", isEast ? "+" : "-", hours, minutes));
    }

    private static @Nullable ZoneOffset offset(String name) {
        try {
            return ZoneOffset.of(name);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
