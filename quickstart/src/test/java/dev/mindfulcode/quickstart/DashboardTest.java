package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.mindfulcode.protection.PostgresUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What a person sees in a browser, with the system's own Chromium. */
@Timeout(300)
class DashboardTest {

    private static final double WAIT_MAX_MS = 60_000;

    // Without these Chromium calls its maker's servers, which a closed network refuses by the dozen.
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final List<String> madeUp = new ArrayList<>();

    /** Rows that follow from no event would be missed where the read model of this JVM's tests is built again. */
    @AfterEach
    void forgetWhatWasMadeUp() throws Exception {
        if (madeUp.isEmpty()) {
            return;
        }
        try (Connection connection = PostgresUrl.parse(SharedSystem.get().databaseUrl())
                        .dataSource()
                        .getConnection();
                Statement statement = connection.createStatement()) {
            for (String rows : madeUp) {
                statement.execute("delete from " + rows);
            }
        }
    }

    @Test
    void aNewUserSignsInAndSeesTheCurveMoveWhileTheyType() throws Exception {
        SharedSystem system = SharedSystem.get();
        String email = UUID.randomUUID() + "@example.org";
        String password = "a long password " + UUID.randomUUID();
        try (Window window = Window.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add(message.text());
                }
            });
            page.onPageError(complaints::add);
            page.navigate(system.origin().toString());
            page.locator("#email").fill(email);
            page.locator("#password").fill(password);
            page.locator("#register").click();
            Locator curve = page.locator("#curve");
            curve.waitFor(new Locator.WaitForOptions()
                    .setState(WaitForSelectorState.VISIBLE)
                    .setTimeout(WAIT_MAX_MS));
            page.locator("#link[data-state=on]").waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));

            TestUser user = TestUser.login(system.origin(), email, password);
            UUID session = user.startSession();
            long sequence = 0;
            int drawn = 0;
            for (int wanted = 1; wanted <= 3; wanted++) {
                int least = wanted;
                long begun = System.nanoTime();
                while (drawn < least && System.nanoTime() - begun < WAIT_MAX_MS * 1_000_000) {
                    user.type(session, sequence++, 10);
                    page.waitForTimeout(200); // lets the page's events in, which arrive on this thread
                    drawn = Integer.parseInt(curve.getAttribute("data-points"));
                }
                assertThat(drawn).as("points of the curve").isGreaterThanOrEqualTo(least);
            }

            assertThat(Double.parseDouble(curve.getAttribute("data-latest"))).isBetween(0.0, 1.0);
            assertThat(page.locator("#flow-status").innerText()).isNotBlank();
            page.locator("#sessions > *").first().waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void whoWishesToBeAskedIsAskedAfterWorkAndAnswersWithTheKeyboard() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        try (Window window = Window.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            page.navigate(system.origin().toString());
            page.locator("#email").fill(user.email);
            page.locator("#password").fill(user.password);
            page.locator("#sign-in").click();
            page.locator("#link[data-state=on]").waitFor();
            page.locator("#say > summary").click();
            page.locator("#say-often").selectOption("1");
            page.locator("#say-result:has-text('at most 1')").waitFor();
            page.locator("#say > summary").click();
            assertThat(page.locator("#say-form").isVisible()).isFalse();

            UUID session = user.startSession();
            for (int batch = 0; batch < 9; batch++) {
                user.type(session, batch, 1_000); // ten a second: a quarter of an hour in all
            }
            Eventually.holds("all of it is counted", () -> user.keystrokesCounted() == 9_000);
            user.post("/api/sessions/" + session + "/end", "{}");

            page.locator("#say-later").waitFor();
            assertThat(page.locator("#say-question").innerText()).contains("You took a break at");
            page.locator("#say-scale input").nth(3).focus();
            page.keyboard().press("ArrowRight");
            assertThat(page.locator("#say-scale input:checked").getAttribute("value"))
                    .isEqualTo("5");
            page.keyboard().press("Enter");
            page.locator("#say-result:has-text('Thank you')").waitFor();
            assertThat(page.locator("#say-later").isVisible()).isFalse();
        }
    }

    @Test
    void aWrongPasswordIsToldAndShowsNothing() {
        SharedSystem system = SharedSystem.get();
        try (Window window = Window.open()) {
            Page page = window.page();
            page.navigate(system.origin().toString());
            page.locator("#email").fill("nobody@example.org");
            page.locator("#password").fill("not the password");
            page.locator("#sign-in").click();

            page.locator("#sign-in-problem:not(:empty)").waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(page.locator("#dashboard").isVisible()).isFalse();
        }
    }

    @Test
    void whoHasWeeksBehindThemSeesTheirPatternsAndWhoHasNotIsToldWhatIsMissing() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        try (Window window = Window.open()) {
            Page page = window.page();
            signIn(page, system, user);
            Locator missing = page.locator("#patterns-missing li");
            missing.first().waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(missing.first().innerText()).startsWith("Peak hours: 10 more hours");
            assertThat(page.locator("#hours").getAttribute("aria-label")).startsWith("Peak hours: 10 more hours");
        }
        writeWeeks(system, user);
        try (Window window = Window.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            signIn(page, system, user);
            page.locator("#hours .peak").first().waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(page.locator("#hours").getAttribute("aria-label")).contains("Whole interval above your mean");
            assertThat(page.locator("#insights").innerText())
                    .contains("From 10:00 to 11:00 your readings were higher", "confidence", "observations");
            page.locator("#hours-details summary").press("Enter");
            assertThat(page.locator("#hours-table tbody tr").count()).isEqualTo(8);
            assertThat(page.locator("#hours-table").innerText()).contains("peak");
            assertThat(complaints).isEmpty();
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "dashboard-patterns.png"))
                    .setFullPage(true));
        }
    }

    @Test
    void whoLeadsATeamSeesItsWeekAndItsAlertsAndKeepsRulesWithTheKeyboard() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        String made = user.post("/api/teams", "{\"name\": \"Compilers\"}").body();
        UUID team = UUID.fromString(TestUser.JSON.readTree(made).path("team_id").asString());
        writeTeam(system, team);
        try (Window window = Window.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            signIn(page, system, user);
            page.locator("#team-alerts [data-alert]").waitFor();
            assertThat(page.locator("#team-title").innerText()).isEqualTo("Team Compilers");
            assertThat(page.locator("#team-alerts").innerText()).contains("25 %", "weekends", "Threshold 20 %");
            assertThat(page.locator("#team-week tbody tr").count()).isEqualTo(7);
            assertThat(page.locator("#team-week").innerText())
                    .contains("too few members", "20 %", "5 or more", "released a day later");
            assertThat(page.locator("#team-insights").innerText()).contains("stands out", "percentage points smaller");

            page.locator("#team-indicator").focus();
            page.locator("#team-indicator").selectOption("rising_fragmentation");
            page.locator("#team-threshold").fill("2.5");
            page.locator("#team-threshold").press("Enter");
            Locator delete = page.locator("#team-rules button[aria-label*='More interruptions, from 2.5']");
            delete.waitFor();
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "dashboard-team.png"))
                    .setFullPage(true));
            delete.focus();
            page.keyboard().press("Enter");
            delete.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
            assertThat(page.locator("#announcement").innerText()).isEqualTo("The rule is deleted.");
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void anInvitedPersonAcceptsWithTheCodeOrDeclines() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser lead = TestUser.register(system.origin());
        TestUser user = TestUser.register(system.origin());
        String code = TestTeam.madeBy(lead, system).invite(user, "member");
        TestTeam.madeBy(lead, system).invite(user, "viewer");
        try (Window window = Window.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            signIn(page, system, user);
            Locator card = page.locator("[data-testid=invitations]");
            card.locator("li").nth(1).waitFor();
            assertThat(card.innerText()).contains("as member", "as viewer").doesNotContain("Compilers");
            page.locator("#invitation-code").fill("mci_not_the_code");
            page.locator("#invitation-code").press("Enter");
            card.getByText("no such open invitation").waitFor();
            page.locator("#invitation-code").fill(code);
            page.locator("#invitation-code").press("Enter");
            card.getByText("You joined Compilers.").waitFor();
            card.locator("button[aria-label*='Decline']").click();
            card.getByText("The invitation is declined.").waitFor();
            card.locator("li").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        }
        assertThat(TestUser.JSON.readTree(user.get("/api/teams").body()).path("teams"))
                .hasSize(1);
    }

    /** Ten weeks of days as the projection would have them, and an alert as the gateway keeps it. */
    private void writeTeam(SharedSystem system, UUID team) throws Exception {
        try (Connection connection =
                        PostgresUrl.parse(system.databaseUrl()).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            madeUp.add("readmodel.team_windows where team_id = '" + team + "'");
            statement.execute("update identity.teams set plan = 'premium' where team_id = '" + team + "'");
            statement.execute("""
                    insert into readmodel.team_windows (team_id, size, window_start, version, closed, members_min, members, keystrokes,
                        active_seconds, mean_intensity, intensity_spread, seconds_in_flow, interruptions, focus_overlap_seconds,
                        keystrokes_a_member_max, seconds_a_member_max, interruptions_a_member_max)
                    select '%1$s', 'day', day, 1, day < now() - interval '2 days', 5, 6, 40000, 60000, 0.5, 0.1,
                           case when day > now() - interval '16 days' and day < now() - interval '2 days' then 12000 else 30000 end, 20, 600, 1, 1, 1
                    from generate_series(date_trunc('day', now(), 'UTC') - interval '75 days', date_trunc('day', now(), 'UTC'),
                                         interval '1 day') as day
                    where day <> date_trunc('day', now(), 'UTC') - interval '3 days'""".formatted(team));
            statement.execute("""
                    with rule as (
                        insert into identity.team_alert_rules (rule_id, team_id, indicator, threshold, recent_days, time_zone, channel, created_at)
                        values (gen_random_uuid(), '%1$s', 'weekend_share', 0.2, 28, 'UTC', 'live', now()) returning rule_id)
                    insert into identity.team_alerts (alert_id, rule_id, team_id, indicator, value, low, high, threshold, reference, data_points,
                        recent_days, from_at, to_at, log_partition, log_offset)
                    select gen_random_uuid(), rule_id, '%1$s', 'weekend_share', 0.25, 0.1, 0.4, 0.2, 0.06, 4, 28,
                           now() - interval '30 days', now() - interval '2 days', 0, 0
                    from rule""".formatted(team));
        }
    }

    @Test
    void whatAPluginFoundInAllHistoryIsShownAndGoesIntoAFile() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        Instant begun = Instant.now().minus(Duration.ofMinutes(30));
        for (int batch = 0; batch < 15; batch++) {
            String keys = TestUser.batch(session, batch, 1_000, begun.plusSeconds(100L * batch));
            assertThat(user.post("/api/keystrokes", keys).statusCode()).isEqualTo(202);
        }
        Path plugin = Path.of("..", "plugins", "typing-fatigue");
        String module = Base64.getEncoder().encodeToString(Files.readAllBytes(plugin.resolve("typing-fatigue.wasm")));
        JsonNode uploaded = TestUser.JSON.readTree(user.post(
                        "/api/plugins",
                        "{\"manifest\": %s, \"module\": \"%s\"}"
                                .formatted(Files.readString(plugin.resolve("manifest.json")), module))
                .body());
        user.put(
                "/api/plugins/" + uploaded.path("plugin_id").asString() + "/install",
                "{\"capabilities\": [\"keystroke_intervals\", \"emit_results\"]}");
        String run = "/api/analytics/"
                + TestUser.JSON
                        .readTree(user.post("/api/analytics", "{\"plugin\": \"typing-fatigue\"}")
                                .body())
                        .path("run_id")
                        .asString();
        Eventually.holds(
                "all of it is folded",
                () -> TestUser.JSON
                                .readTree(user.get(run).body())
                                .at("/rows/0/value/keystrokes")
                                .asInt()
                        == 15_000);
        try (Window window = Window.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            signIn(page, system, user);
            Locator card = page.locator("#runs li");
            card.locator("tbody tr").waitFor();
            assertThat(card.innerText()).contains("typing fatigue 1.0.0", "up to date", "15,000");
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "dashboard-runs.png"))
                    .setFullPage(true));
            Download file = page.waitForDownload(() -> card.locator("button").press("Enter"));
            assertThat(file.suggestedFilename()).isEqualTo("typing-fatigue-1.0.0.csv");
            assertThat(Files.readAllLines(file.path()))
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith(session + ",");
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void theApisPageIsReadAndTriedWithoutAnythingFromElsewhere() {
        SharedSystem system = SharedSystem.get();
        try (Window window = Window.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add(message.text());
                }
            });
            page.onPageError(complaints::add);
            List<String> asked = new CopyOnWriteArrayList<>();
            page.onRequest(request -> asked.add(request.url()));
            page.navigate(system.origin() + "/docs");
            Locator health = page.locator("#operations-operations-getHealth");
            health.locator(".opblock-summary-control").click();
            health.locator(".execute").click();
            assertThat(health.locator(".live-responses-table .response-col_status")
                            .last()
                            .innerText())
                    .startsWith("200");
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "api-page.png")));
            assertThat(asked).allMatch(url -> url.startsWith(system.origin().toString()) || url.startsWith("data:"));
            assertThat(complaints).isEmpty();
        }
    }

    private static void signIn(Page page, SharedSystem system, TestUser user) {
        page.navigate(system.origin().toString());
        page.locator("#email").fill(user.email);
        page.locator("#password").fill(user.password);
        page.locator("#sign-in").click();
    }

    /** Ten weeks from nine to one and two to six in UTC, best from ten to eleven, with flow that a switch or a pause ends, as the projections would have. */
    private void writeWeeks(SharedSystem system, TestUser user) throws Exception {
        try (Connection connection =
                        PostgresUrl.parse(system.databaseUrl()).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : List.of("flow_periods", "coding_sessions", "flow_minutes")) {
                madeUp.add("readmodel." + table + " where user_id = '" + user.id + "'");
            }
            statement.execute("""
                    insert into readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches, active_seconds, flow_seconds,
                        mean_intensity, intensity_ms, active_ms, flow_ms, version)
                    select '%1$s', minute, 120, 6, (random() < 0.1)::int, 50, 15, mean, mean * 50000, 50000, 15000, 1
                    from (select minute, least(1, greatest(0, case extract(hour from minute at time zone 'UTC') when 10 then 0.7 else 0.45 end
                                 + 0.2 * (random() - 0.5))) as mean
                          from generate_series(date_trunc('day', now()) - interval '70 days', date_trunc('day', now()) - interval '1 minute',
                                               interval '1 minute') as minute
                          where extract(hour from minute at time zone 'UTC') in (9, 10, 11, 12, 14, 15, 16, 17)) m""".formatted(user.id));
            statement.execute("""
                    insert into readmodel.coding_sessions (session_id, user_id, user_started_at, language, stream_status, stream_status_at,
                        first_activity_at, last_activity_at, active_ms, flow_ms, version)
                    select gen_random_uuid(), '%1$s', start, case when random() < 0.5 then 'java' else 'sql' end, 'ended', start + interval '4 hours',
                           start, start + interval '4 hours', 12000000, 3600000 * (0.8 + 0.4 * random()), 1
                    from generate_series(date_trunc('day', now()) - interval '70 days', date_trunc('day', now()) - interval '1 day',
                                         interval '1 day') as day,
                         lateral (values (day + interval '9 hours'), (day + interval '14 hours')) as s(start)""".formatted(user.id));
            statement.execute("""
                    insert into readmodel.flow_periods (user_id, session_id, started_at, ended_at, mean_intensity, keystrokes, ended_by, version)
                    select user_id, session_id, start, start + (14 + 14 * random()) * interval '1 minute', 0.7, 1500,
                           case when nth = 5 then 'session_ended' when random() < 0.3 then 'idle' else 'context_switch' end, 1
                    from readmodel.coding_sessions, generate_series(0, 5) as nth,
                         lateral (select started_at + (6 + 40 * nth + 4 * random()) * interval '1 minute' as start) p
                    where user_id = '%1$s'""".formatted(user.id));
        }
    }

    private record Window(Playwright playwright, Browser browser, Page page) implements AutoCloseable {

        static Window open() {
            Playwright playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            Browser browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(chromium())
                            .setArgs(FLAGS));
            return new Window(playwright, browser, browser.newPage());
        }

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }

    private static Path chromium() {
        String named = System.getenv("MINDFUL_CHROMIUM");
        return Stream.of(
                        named == null ? "" : named,
                        "/usr/bin/chromium",
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome",
                        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                        "/Applications/Chromium.app/Contents/MacOS/Chromium")
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("The browser test needs Chromium: apt-get install chromium,"
                        + " brew install --cask chromium, or name one with MINDFUL_CHROMIUM"));
    }
}
