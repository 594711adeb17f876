package dev.mindfulcode.projectionservice;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.languages.SessionLanguages;
import dev.mindfulcode.projectionservice.minutes.FlowMinutes;
import dev.mindfulcode.projectionservice.periods.FlowPeriods;
import dev.mindfulcode.projectionservice.sessions.CodingSessions;
import dev.mindfulcode.projectionservice.teams.TeamWindows;
import java.util.List;

/**
 * The projections of this release. Each is a folder with its fold and its {@code tables.sql}. When a version increases,
 * the previous version stays in this list for one release: it is read, and applied, until the new one has been built.
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
