package dev.mindfulcode.projection;

import dev.mindfulcode.projection.fold.Projection;
import dev.mindfulcode.projection.languages.SessionLanguages;
import dev.mindfulcode.projection.minutes.FlowMinutes;
import dev.mindfulcode.projection.periods.FlowPeriods;
import dev.mindfulcode.projection.sessions.CodingSessions;
import dev.mindfulcode.projection.teams.TeamWindows;
import java.util.List;

/**
 * The projections of this release, each a folder of its own with its fold and its {@code tables.sql}. Where a version
 * grows, the one before stays here for one release: it is what is read, and kept current, until the new one has been
 * built.
 */
public final class Projections {

    public static final List<Projection> ALL = List.of(
            CodingSessions.projection(),
            SessionLanguages.projection(),
            FlowPeriods.projection(),
            FlowMinutes.projection(),
            TeamWindows.projection());

    private Projections() {}
}
