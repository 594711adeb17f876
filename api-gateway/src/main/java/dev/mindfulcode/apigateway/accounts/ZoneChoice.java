package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.flowengine.time.TimeZones;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The time zone of a new account. Browsers and operating systems send names that no list has, and nobody registers anew
 * because of one: where it is unknown, it is UTC, and the answer says so.
 *
 * @param name under which it is stored
 * @param notice for the user; null where they have the zone that they sent, or sent none
 */
record ZoneChoice(String name, @Nullable String notice) {

    /** Of an unknown name, as much is repeated. */
    private static final int REPEATED_LENGTH_MAX = 64;

    static ZoneChoice of(@Nullable String sent) {
        if (sent == null) {
            return new ZoneChoice(TimeZones.UTC.getId(), null);
        }
        ZoneId zone = TimeZones.find(sent);
        if (zone == null) {
            String repeated =
                    sent.length() <= REPEATED_LENGTH_MAX ? sent : sent.substring(0, REPEATED_LENGTH_MAX) + "…";
            return new ZoneChoice(
                    TimeZones.UTC.getId(),
                    "Unknown time zone \"" + repeated + "\"; UTC is used. Change it with PATCH /api/account.");
        }
        return new ZoneChoice(
                zone.getId(),
                zone.getId().equals(sent) ? null : "Time zone \"" + sent + "\" is stored as " + zone.getId() + ".");
    }
}
