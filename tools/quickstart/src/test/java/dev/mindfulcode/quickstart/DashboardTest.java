package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The dashboard in a browser, the system's own Chromium. */
@Timeout(600)
class DashboardTest {

    private static final double WAIT_MAX_MS = 180_000;
    private static final int PHONE_WIDTH_PX = 390;

    private final ReadModelRows rows = new ReadModelRows(SharedSystem.get());

    @AfterEach
    void deleteRows() throws Exception {
        rows.close();
    }

    @Test
    void showsTheLiveCurveToANewUser() throws Exception {
        SharedSystem system = SharedSystem.get();
        String email = UUID.randomUUID() + "@example.org";
        String password = "a long password " + UUID.randomUUID();
        try (BrowserWindow window = BrowserWindow.open()) {
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
    void promptsForARatingAfterWorkAndAcceptsKeyboardInput() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            page.navigate(system.origin().toString());
            page.locator("#email").fill(user.email);
            page.locator("#password").fill(user.password);
            page.locator("#sign-in").click();
            page.locator("#link[data-state=on]").waitFor();
            page.locator("#feedback > summary").click();
            page.locator("#feedback-often").selectOption("1");
            page.locator("#feedback-result:has-text('at most 1')").waitFor();
            page.locator("#feedback > summary").click();
            assertThat(page.locator("#feedback-form").isVisible()).isFalse();

            UUID session = user.startSession();
            Instant begun = Instant.now().minusSeconds(900);
            for (int batch = 0; batch < 9; batch++) { // ten a second: a quarter of an hour in all
                String keys = TestUser.batch(session, batch, 1_000, begun.plusSeconds(100L * batch));
                assertThat(user.post("/api/keystrokes", keys).statusCode()).isEqualTo(202);
            }
            Eventually.holds("all of it is counted", () -> user.keystrokesCounted() == 9_000);
            user.post("/api/sessions/" + session + "/end", "{}");

            page.locator("#feedback-later").waitFor();
            assertThat(page.locator("#feedback-question").innerText()).contains("How much in flow were you at");
            page.locator("#feedback-scale input").nth(3).focus();
            page.keyboard().press("ArrowRight");
            assertThat(page.locator("#feedback-scale input:checked").getAttribute("value"))
                    .isEqualTo("5");
            page.keyboard().press("Enter");
            page.locator("#feedback-result:has-text('Thank you')").waitFor();
            assertThat(page.locator("#feedback-later").isVisible()).isFalse();
        }
    }

    @Test
    void rejectsAWrongPassword() {
        SharedSystem system = SharedSystem.get();
        try (BrowserWindow window = BrowserWindow.open()) {
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
    void showsPatternsAfterWeeksAndMissingDataBefore() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            window.signIn(system, user);
            window.show("insights");
            Locator missing = page.locator("#patterns-missing li");
            missing.first().waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(missing.first().innerText()).startsWith("Peak hours: 10 more hours");
            assertThat(page.locator("#hours").getAttribute("aria-label")).startsWith("Peak hours: 10 more hours");
        }
        rows.writeWeeks(user);
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.show("insights");
            page.locator("#hours .peak").first().waitFor(new Locator.WaitForOptions().setTimeout(WAIT_MAX_MS));
            assertThat(page.locator("#hours").getAttribute("aria-label")).contains("beyond chance");
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
    void showsTeamWeekAndAlertsAndEditsRulesByKeyboard() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        String made = user.post("/api/teams", "{\"name\": \"Compilers\"}").body();
        UUID team = UUID.fromString(TestUser.JSON.readTree(made).path("team_id").asString());
        rows.writeTeam(team);
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.show("team");
            page.locator("#team-alerts [data-alert]").waitFor();
            assertThat(page.locator("#team-title").innerText()).isEqualTo("Team Compilers");
            assertThat(page.locator("#team-alerts").innerText()).contains("25 %", "weekends", "Threshold 20 %");
            assertThat(page.locator("#team-week tbody tr").count()).isEqualTo(7);
            assertThat(page.locator("#team-week").innerText())
                    .contains(
                            "too few consenting members",
                            "17 ± 2.5 h",
                            "3.3 ± 1.4 h",
                            "5 or more",
                            "released a day later")
                    .contains("Mean active time a day", "of 16 spent");
            assertThat(page.locator("#team-insights").innerText()).contains("notable", "percentage points smaller");

            assertThat(page.locator("#team-summary .sentence").innerText()).contains("percentage points smaller");
            assertThat(page.locator("#team-compare [data-indicator=falling_flow].notable")
                            .count())
                    .isOne();
            assertThat(page.locator("#team-compare [data-indicator=weekend_share]")
                            .innerText())
                    .contains("rule: from 20 %");
            assertThat(page.locator("#team-weeks .whisker").count()).isBetween(9, 12);
            page.locator("#team-consent input").check();
            page.locator("#announcement:has-text('You share with Compilers')").waitFor();

            page.locator("#team-indicator").focus();
            page.locator("#team-indicator").selectOption("rising_fragmentation");
            page.locator("#team-threshold").fill("2.5");
            page.locator("#team-threshold").press("Enter");
            Locator delete = page.locator("#team-rules button[aria-label*='More interruptions, at least 2.5']");
            delete.waitFor();
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "dashboard-team.png"))
                    .setFullPage(true));
            delete.focus();
            page.keyboard().press("Enter");
            delete.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
            assertThat(page.locator("#announcement").innerText()).isEqualTo("Rule deleted.");
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void acceptsOrDeclinesAnInvitation() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser lead = TestUser.register(system.origin());
        TestUser user = TestUser.register(system.origin());
        String code = TestTeam.createdBy(lead, system).invite(user, "member");
        TestTeam.createdBy(lead, system).invite(user, "viewer");
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            window.signIn(system, user);
            window.show("team");
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
            card.getByText("Invitation declined.").waitFor();
            card.locator("li").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        }
        assertThat(TestUser.JSON.readTree(user.get("/api/teams").body()).path("teams"))
                .hasSize(1);
    }

    @Test
    void showsAndExportsPluginResults() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        Instant begun = Instant.now().minus(Duration.ofMinutes(30));
        for (int batch = 0; batch < 15; batch++) {
            String keys = TestUser.batch(session, batch, 1_000, begun.plusSeconds(100L * batch));
            assertThat(user.post("/api/keystrokes", keys).statusCode()).isEqualTo(202);
        }
        Path plugin = Path.of("..", "..", "plugins", "typing-fatigue");
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
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.show("questions");
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
                    .contains(session.toString());
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void changesWhatIsCollectedAndShowsTheHistory() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        user.post("/api/teams", "{\"name\": \"Compilers\"}");
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            page.locator("#to-privacy").click();
            Locator sentence = page.locator("#privacy-sentence");
            page.getByText("You have changed nothing").waitFor();
            assertThat(sentence.innerText()).contains("timing and kind of keys", "2 years without activity");

            page.locator("#levels input[value=features]").check();
            page.locator("#collection-result:has-text('in force now')").waitFor();
            assertThat(user.post("/api/keystrokes", TestUser.batch(user.startSession(), 0, 3))
                            .statusCode())
                    .isEqualTo(403);
            page.locator("#add-project").fill("payroll");
            page.locator("#add-project").press("Enter");
            page.locator("#excluded-projects button[aria-label='Include payroll again']")
                    .waitFor();
            page.locator("#retention").selectOption("12");
            page.locator("#history tr").nth(2).waitFor();
            page.locator("#sharing input").check();
            page.locator("#history tr").nth(3).waitFor();
            page.locator("#contribution input").check();
            page.locator("#history tr").nth(4).waitFor();
            assertThat(page.locator("#history").innerText())
                    .contains(
                            "Collection level: full → features",
                            "Excluded projects: added payroll",
                            "Retention in months: 24 → 12",
                            "Team sharing with Compilers: on",
                            "Contribution to models: on",
                            "you");

            page.reload();
            page.locator("#history tr").nth(4).waitFor();
            page.locator("#contribution input:checked").waitFor();
            assertThat(sentence.innerText())
                    .contains("counts and scores", "1 exclusion", "1 team may count you in", "after 1 year");
            page.locator("#excluded-projects button").click();
            page.locator("#history tr").nth(5).waitFor();
            assertThat(page.locator("#excluded-projects").innerText()).isEqualTo("None");
            List<Download> files = new CopyOnWriteArrayList<>();
            page.onDownload(files::add);
            page.locator("#export-start").click();
            page.locator("#export-result:has-text('xported')").waitFor();
            assertThat(page.locator("#export-result").innerText()).startsWith("Exported ");
            Download json = files.getFirst();
            assertThat(Files.readString(json.path())).contains(user.email, "\"complete\":true");
            page.locator("#export-format").selectOption("csv");
            page.locator("#export-bom").check();
            page.locator("#export-start").click();
            page.waitForCondition(() -> files.size() == 2);
            Download csv = files.getLast();
            assertThat(csv.suggestedFilename()).isEqualTo("mindful-code-export.zip");
            page.locator("#export-card[data-state=done]").waitFor();
            assertThat(page.locator("#export-result").innerText()).startsWith("Exported ");
            assertThat(audit(window, "privacy")).isEmpty();
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void changesZoneAddressAndPassword() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        String password = "another long password " + UUID.randomUUID();
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            page.locator("#today[data-state=empty]").waitFor();
            window.show("privacy");
            page.locator("#account-card[data-state=loaded]").waitFor();
            assertThat(page.locator("#account-email").inputValue()).isEqualTo(user.email);
            page.locator("#account-zone").selectOption("Pacific/Kiritimati");
            page.locator("#account-form button").click();
            page.locator("#account-form .result:has-text('Saved.')").waitFor();
            window.show("dashboard");
            page.locator("#today[data-state=empty]").waitFor();
            assertThat(page.locator("#day-date").innerText())
                    .contains(String.valueOf(
                            LocalDate.now(ZoneId.of("Pacific/Kiritimati")).getDayOfMonth()));

            window.show("privacy");
            page.locator("#account-email").fill("new-" + user.email);
            page.locator("#account-confirm").fill("not it");
            page.locator("#account-confirm").press("Enter");
            page.locator("#account-form .result.problem:has-text('password')").waitFor();
            page.locator("#account-confirm").fill(user.password);
            page.locator("#account-confirm").press("Enter");
            page.locator("#account-form .result:has-text('Saved.')").waitFor();
            page.locator("#password-current").fill(user.password);
            page.locator("#password-next").fill(password);
            page.locator("#password-next").press("Enter");
            page.locator("#password-form .result:has-text('Changed.')").waitFor();
            assertThat(TestUser.login(system.origin(), "new-" + user.email, password)
                            .get("/api/account")
                            .statusCode())
                    .isEqualTo(200);
            page.reload();
            page.locator("#account-card[data-state=loaded]").waitFor();
            assertThat(page.locator("#account-email").inputValue()).isEqualTo("new-" + user.email);
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void signsInAndSetsANewPasswordByLinksThatWorkOnce() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        String path = TestUser.JSON
                .readTree(user.post(
                                "/api/account/sign-in-links",
                                TestUser.JSON.writeValueAsString(Map.of("current_password", user.password)))
                        .body())
                .path("path")
                .asString();
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.navigate(system.origin() + "/" + path);
            page.locator("#today[data-state=empty]").waitFor();
            assertThat(page.url()).isEqualTo(system.origin() + "/");
            page.locator("#sign-out").click();
            page.navigate(system.origin() + "/" + path);
            page.locator("#sign-in-problem:not(:empty)").waitFor();
            assertThat(page.locator("#sign-in-form").isVisible()).isTrue();

            page.navigate(system.origin() + "/new-password#mcl_" + "x".repeat(43));
            page.locator("#new-password").fill("a new long password " + UUID.randomUUID());
            assertThat(page.url()).as("nothing secret").isEqualTo(system.origin() + "/new-password");
            page.locator("#new-password").press("Enter");
            page.locator("#new-password-problem:not(:empty)").waitFor();
            assertThat(audit(window, "new-password")).isEmpty();
        }
    }

    @Test
    void erasesTheAccountAndFollowsItsReceipt() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        user.type(user.startSession(), 0, 30);
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.awaitLive();
            page.navigate(system.origin() + "/#privacy");
            page.locator("#purge-password").fill("not it");
            page.locator("#purge-start").click();
            page.getByText("Confirm that you want to erase everything.").waitFor();
            page.locator("#purge-sure").check();
            page.locator("#purge-start").click();
            page.locator("#purge-problem:has-text('password')").waitFor();

            page.locator("#purge-password").fill(user.password);
            page.locator("#purge-password").press("Enter");

            page.locator("#receipt-sentence:has-text('Everything is erased, since')")
                    .waitFor();
            assertThat(page.locator("#account").isVisible()).isFalse();
            assertThat(page.locator("#places tr[data-state=pending]").count()).isZero();
            assertThat(page.locator("#places tr[data-place=key]").innerText()).contains("erased");
            Download file =
                    page.waitForDownload(() -> page.locator("#receipt-download").click());
            assertThat(Files.readString(file.path()).split("[.]")).hasSize(3);
            page.locator("#receipt-result:has-text('Downloaded')").waitFor();
            assertThat(audit(window, "receipt")).isEmpty();

            String address = page.url();
            page.locator("#receipt a.button").click();
            page.locator("#sign-in-form").waitFor();
            try (BrowserWindow elsewhere = BrowserWindow.open()) {
                elsewhere.page().navigate(address);
                elsewhere
                        .page()
                        .locator("#receipt-sentence:has-text('Everything is erased')")
                        .waitFor();
            }
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void servesTheApiPageWithoutThirdPartyRequests() throws Exception {
        SharedSystem system = SharedSystem.get();
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.setDefaultTimeout(WAIT_MAX_MS);
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error") && !message.location().contains("/health")) {
                    complaints.add(message.text());
                }
            });
            page.onPageError(complaints::add);
            List<String> requested = new CopyOnWriteArrayList<>();
            page.onRequest(request -> requested.add(request.url()));
            page.navigate(system.origin() + "/docs");
            Locator health = page.locator("#operations-operations-getHealth");
            health.locator(".opblock-summary-control").click();
            // A health check times out after seconds, which a busy machine may exceed.
            Eventually.holds("the page shows that the system is healthy", () -> {
                health.locator(".execute").click();
                return health.locator(".live-responses-table .response-col_status")
                        .last()
                        .innerText()
                        .startsWith("200");
            });
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "api-page.png")));
            String origin = system.origin().toString();
            assertThat(requested).allMatch(url -> url.startsWith(origin) || url.startsWith("data:"));
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void passesAxeOnDayTeamAndPhoneViews() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        String made = user.post("/api/teams", "{\"name\": \"Compilers\"}").body();
        rows.writeTeam(
                UUID.fromString(TestUser.JSON.readTree(made).path("team_id").asString()));
        rows.writeWeeks(user);
        ZoneOffset evening = zoneInTheEvening();
        rows.writeDay(
                user,
                Instant.now().atOffset(evening).truncatedTo(ChronoUnit.DAYS).toInstant());
        String zone = "Etc/GMT%+d".formatted(-evening.getTotalSeconds() / 3600);
        assertThat(user.patch("/api/account", "{\"timezone\": \"" + zone + "\"}")
                        .statusCode())
                .isEqualTo(200);
        UUID session = user.startSession();
        // A day ahead of the account's, whose day is the one to be shown.
        try (BrowserWindow window =
                BrowserWindow.open(new Browser.NewContextOptions().setTimezoneId("Pacific/Kiritimati"))) {
            Page page = window.page();
            page.navigate(system.origin().toString());
            List<String> found = new ArrayList<>(audit(window, "welcome"));
            window.signIn(system, user);
            for (int sequence = 0; sequence < 3; sequence++) {
                user.type(session, sequence, 50);
            }
            page.locator("#curve .series").waitFor();
            page.locator("#sessions [data-session]").nth(4).waitFor();
            assertThat(page.locator("#reasons").innerText())
                    .startsWith("Not in flow: ")
                    .contains(" min warming up, ", " min amid many switches");
            assertThat(page.locator("#day-sentence").innerText()).matches("(?s).* in flow.*[.]");
            assertThat(page.locator("#day-evidence").innerText()).contains("keystrokes and ", " sessions", "Times of");
            assertThat(page.locator("#day-date").innerText()).contains(dayOfMonth(evening));
            assertThat(page.locator("#tiles .figure").count()).isEqualTo(4);
            assertThat(page.locator("#day .flow-block").count())
                    .isEqualTo(page.locator("#periods li").count())
                    .isPositive();
            page.locator("#day-plot").press("Home");
            page.locator("#day-plot").press("ArrowRight");
            assertThat(page.locator("#day-plot .tip").innerText()).matches("(?s)\\d+:\\d\\d .*");
            open(page);
            found.addAll(audit(window, "day"));
            window.show("week");
            page.locator("#week-chart[data-state=loaded]").waitFor();
            assertThat(page.locator("#week-chart li a").count()).isEqualTo(7);
            assertThat(page.locator("#week-chart a.today").getAttribute("aria-label"))
                    .contains(" in flow, ", " of typing");
            found.addAll(audit(window, "week"));
            page.locator("#day-before").click();
            page.locator("#week-ends .amount").first().waitFor();
            assertThat(page.url()).matches(".*/week/\\d{4}-W\\d{2}");
            assertThat(page.locator("#week .sentence").innerText()).matches("\\d+ h( \\d+ min)? in flow.*[.]");
            assertThat(page.locator("#week-outside").innerText()).contains("Your usual hours contain nine tenths");
            page.locator("#week-chart li a").first().click();
            page.waitForURL("**/day/*");
            window.show("trends");
            page.locator("#trend-days[data-state=loaded]").waitFor();
            page.locator("#trend-split a:has-text('Language')").click();
            page.waitForURL("**/trends?range=quarter&by=language");
            page.locator("#trend-days[data-state=loaded]").waitFor();
            assertThat(page.locator(".calendar a").count()).isBetween(92, 98);
            page.locator(".calendar a[tabindex='0']").press("ArrowLeft");
            assertThat((String) page.evaluate("document.activeElement.getAttribute('aria-label')"))
                    .as("the day a week ago")
                    .endsWith(" in flow");
            assertThat(page.locator("#trend-months li").count()).isBetween(3, 4);
            assertThat(page.locator(".heat td:not(.heat-0)").count()).isGreaterThan(7);
            open(page);
            found.addAll(audit(window, "trends"));
            window.show("insights");
            page.locator("#hours .peak").first().waitFor();
            open(page);
            found.addAll(audit(window, "insights"));
            window.show("team");
            page.locator("#team-alerts [data-alert]").waitFor();
            found.addAll(audit(window, "team"));
            assertThat(found).isEmpty();
        }
    }

    @Test
    void passesAxeOnSessionsThatAreFilteredCorrectedAndDeleted() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        for (String project : List.of("ingest", "dashboard")) {
            user.post("/api/sessions/start", "{\"editor\": \"vim\", \"project\": \"" + project + "\"}");
        }
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.awaitLive();
            Locator rows = page.locator(".sessions tbody tr");
            Eventually.holds("both sessions are listed", () -> {
                page.navigate(system.origin() + "/sessions");
                page.locator("#session-table-card[data-state=loaded], #session-table-card[data-state=empty]")
                        .waitFor();
                return rows.count() == 2;
            });
            page.locator(".filters [name=project]").fill("ingest");
            page.locator(".filters [name=project]").press("Enter");
            page.waitForURL("**/sessions?project=ingest");
            page.locator(".sessions tbody tr:only-child:has-text('ingest')").waitFor();
            page.locator("button[aria-label^='Correct']").click();
            page.locator(".correction [name=language]").fill("Java");
            page.locator(".correction [name=language]").press("Enter");
            page.locator(".sessions tbody tr:has-text('Java')").waitFor();
            Download csv =
                    page.waitForDownload(() -> page.getByText("Download as CSV").click());
            assertThat(Files.readAllLines(csv.path()))
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains(",ingest,Java,vim,");
            assertThat(audit(window, "sessions")).isEmpty();

            page.setViewportSize(1280, 844);
            page.locator("button[aria-label^='Delete']").click();
            page.locator(".sessions button:has-text('Undo')").click();
            page.locator("button[aria-label^='Delete']").click();
            window.show("dashboard"); // there is nothing left that undoes it
            Eventually.holds(
                    "it is deleted",
                    () -> TestUser.JSON
                                    .readTree(user.get("/api/sessions/history").body())
                                    .path("sessions")
                                    .size()
                            == 1);
            assertThat(complaints).isEmpty();
        }
    }

    private static void open(Page page) {
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    }

    private static String dayOfMonth(ZoneOffset zone) {
        return String.valueOf(Instant.now().atOffset(zone).getDayOfMonth());
    }

    /** An offset at which it is evening, so that a whole day of work is over. */
    private static ZoneOffset zoneInTheEvening() {
        int hours = 19 - Instant.now().atOffset(ZoneOffset.UTC).getHour();
        return ZoneOffset.ofHours(hours > 14 ? hours - 24 : hours);
    }

    /** Returns what axe finds on a wide page and on a phone, light and dark, and saves pictures of them. */
    private static List<String> audit(BrowserWindow window, String name) throws IOException {
        Page page = window.page();
        try (InputStream axe = Page.class.getResourceAsStream("/axe.min.js")) {
            page.evaluate(new String(Objects.requireNonNull(axe).readAllBytes(), StandardCharsets.UTF_8));
        }
        List<String> found = new ArrayList<>();
        for (int width : List.of(1280, PHONE_WIDTH_PX)) {
            page.setViewportSize(width, 844);
            for (ColorScheme colors : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colors));
                String where = name + "-" + (width == PHONE_WIDTH_PX ? "phone-" : "")
                        + colors.name().toLowerCase(Locale.ROOT);
                window.screenshot(where);
                Object violations = page.evaluate("""
                        async () => (await axe.run()).violations.flatMap(({ id, nodes }) =>
                          nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`))""");
                ((List<?>) violations).forEach(violation -> found.add(where + ": " + violation));
                assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                        .as("%s fits its width", where)
                        .isTrue();
            }
        }
        page.setViewportSize(1280, 844);
        return found;
    }
}
