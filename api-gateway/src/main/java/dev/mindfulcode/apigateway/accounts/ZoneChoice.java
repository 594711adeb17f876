package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.flowengine.time.TimeZones;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The time zone of a new account. Clients send names that no list has, and a registration should not fail because of
 * one: an unknown name becomes UTC, and the response has a notice.
 *
 * @param name the stored id
 * @param notice for the user; null if the zone is stored as it was sent, or none was sent
 */
record ZoneChoice(String name, @Nullable String notice) {

    /** An unknown name is cut to this length in the notice. */
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
