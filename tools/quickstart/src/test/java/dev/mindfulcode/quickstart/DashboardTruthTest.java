package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The dashboard while a reading is old, a connection silent, a request slow or refused, or a second editor
 * open.
 */
@Timeout(600)
class DashboardTruthTest {

    /** The issue's: a silent connection is called live for no longer. */
    private static final double SILENCE_MAX_MS = 10_000;

    private record View(String name, List<String> cards) {}

    private static final List<View> VIEWS = List.of(
            new View("insights", List.of("#patterns")),
            new View("team", List.of("#team", "#team-compare", "#team-weeks", "#team-consent", "#invitations")),
            new View("questions", List.of("#runs-card")),
            new View("connect", List.of("#keys-card")),
            new View("trends", List.of("#trend-weeks", "#trend-hours", "#trend-days", "#trend-split", "#trend-months")),
            new View("sessions", List.of("#session-table-card")),
            new View("week", List.of("#week", "#week-chart", "#week-ends", "#week-outside")),
            new View("dashboard", List.of("#today", "#periods-card", "#projects-card", "#sessions-card")));

    private final SharedSystem system = SharedSystem.get();

    @Test
    void marksStaleStatesAndOmitsThemFromTheCurve() throws Exception {
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<String> updates = receivedUpdates(page);
            window.signIn(system, user);
            window.awaitLive();
            String old = TestUser.batch(session, 0, 50, Instant.now().minusSeconds(1200));
            assertThat(user.post("/api/keystrokes", old).statusCode()).isEqualTo(202);
            page.waitForCondition(() -> !updates.isEmpty());

            assertThat(page.locator("#flow-text").innerText()).isEqualTo("Quiet");
            assertThat(page.locator("#flow-since").innerText()).contains("The last estimate is from", "min ago");
            assertThat(page.locator("#intensity").innerText()).isEqualTo("–");
            assertThat(page.locator("#features .value").allInnerTexts()).containsOnly("–");
            assertThat(page.locator("#advice li").count()).isZero();
            assertThat(page.locator("#curve").getAttribute("data-points")).isEqualTo("0");
            window.screenshot("stale");

            user.type(session, 1, 50);
            page.locator("#flow-status[data-state=still], #flow-status[data-state=flow]")
                    .waitFor();
            assertThat(page.locator("#intensity").innerText()).contains("of 100");
        }
    }

    @Test
    void showsOneEditorsStateOfTheLastNinetySeconds() {
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.navigate(system.origin().toString());
            Object states = page.evaluate("""
                    async () => {
                      const { src } = document.querySelector('script[type=module]');
                      const { Readings } = await import(new URL('readings.js', src).href);
                      const readings = new Readings();
                      const update = (session, status = 'active') => ({ session_id: session, session: { status },
                          flow_state: { is_in_flow: session === 'a' } });
                      const seen = [];
                      const see = (now) => {
                        const { state, reading, others } = readings.at(now);
                        seen.push(`${state} ${reading?.session} ${others}`);
                      };
                      see(0);
                      readings.add(update('a'), 1_000);
                      see(91_000);
                      see(91_001);
                      readings.add(update('a'), 100_000);
                      readings.add(update('b'), 101_000);
                      see(101_000);
                      readings.add(update('b'), 115_000);
                      see(115_000);
                      see(115_001);
                      readings.add(update('b', 'paused'), 116_000);
                      see(116_000);
                      return seen;
                    }""");

            assertThat((List<?>) states)
                    .isEqualTo(List.of(
                            "none undefined 0",
                            "flow a 0",
                            "quiet a 0",
                            "flow a 1",
                            "flow a 1",
                            "still b 1",
                            "flow a 0"));
        }
    }

    @Test
    void namesWeeksByIso8601AndFindsUsualHours() {
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.navigate(system.origin().toString());
            Object found = page.evaluate("""
                    async () => {
                      const { src } = document.querySelector('script[type=module]');
                      const { mondayOfWeek, weekOf } = await import(new URL('weeks.js', src).href);
                      const { blocksOf, usualHours } = await import(new URL('views/week-figures.js', src).href);
                      const { setZone, startOf } = await import(new URL('zone.js', src).href);
                      setZone('Europe/Berlin');
                      const hours = (weekday, list, active_ms) => list.map((hour) => ({ weekday, hour, active_ms }));
                      const usual = usualHours(
                          [...hours(1, [9, 10, 11], 30), ...hours(5, [9], 5), ...hours(6, [9], 6)]);
                      const minute = (time) => ({ minute: `2026-10-25T${time}Z`, active_seconds: 9 });
                      const blocks = blocksOf(['00:58:00', '00:59:00', '01:05:00', '08:00:00', '08:05:00'].map(minute),
                          startOf('2026-10-26'));
                      return [
                        ...['2024-12-29', '2024-12-30', '2027-01-03', '2027-01-04', '2026-12-31'].map(weekOf),
                        ...['2026-W01', '2026-W53', '2027-W01'].map(mondayOfWeek),
                        usual.contains(0, 9.5), usual.contains(4, 10), usual.contains(5, 9), usual.text(String),
                        usual.outside.toFixed(2), blocks.map(({ from, to }) => `${from}-${to}`).join(),
                      ].map(String);
                    }""");

            assertThat((List<?>) found)
                    .isEqualTo(List.of(
                            "2024-W52",
                            "2025-W01",
                            "2026-W53",
                            "2027-W01",
                            "2026-W53",
                            "2025-12-29",
                            "2026-12-28",
                            "2027-01-04",
                            "true",
                            "true",
                            "false",
                            "Monday to Friday 9 – 12",
                            "0.06",
                            // From 02:58 in summer time to 02:06 in winter time.
                            "178-186,540-546"));
        }
    }

    @Test
    void reopensASilentConnection() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            AtomicInteger connections = new AtomicInteger();
            AtomicBoolean silent = new AtomicBoolean();
            Set<String> addresses = ConcurrentHashMap.newKeySet();
            page.routeWebSocket(url -> url.contains("/ws?"), socket -> {
                addresses.add(socket.url());
                int number = connections.incrementAndGet();
                WebSocketRoute server = socket.connectToServer();
                server.onMessage(frame -> {
                    if (number > 1 || !silent.get()) {
                        socket.send(frame.text());
                    }
                });
                // A close that the other side never answers.
                socket.onClose((_, _) -> {});
                server.onClose((_, _) -> {});
            });
            window.signIn(system, user);
            window.awaitLive();
            page.evaluate("""
                    () => {
                      const link = document.getElementById('link');
                      window.states = [];
                      new MutationObserver(() => window.states.push(link.dataset.state)).observe(link,
                          { attributeFilter: ['data-state'] });
                    }""");
            silent.set(true);

            page.waitForFunction(
                    "() => window.states.includes('waiting')",
                    null,
                    new Page.WaitForFunctionOptions().setTimeout(SILENCE_MAX_MS));
            page.waitForCondition(() -> connections.get() == 2);
            window.awaitLive();

            page.evaluate("dispatchEvent(new Event('online'))");
            page.waitForCondition(() -> connections.get() == 3);
            window.awaitLive();
            assertThat(addresses)
                    .as("each with a ticket of one use")
                    .hasSize(3)
                    .allMatch(address -> address.contains("/ws?ticket="));
        }
    }

    @Test
    void showsWhenDisconnected() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.routeWebSocket(url -> url.contains("/ws?"), socket -> socket.close());
            window.signIn(system, user);

            page.locator("#link[data-state=lost]").waitFor();
            assertThat(page.locator("#link").innerText()).isEqualTo("No connection, trying again …");
            assertThat(page.locator("#flow-text").innerText()).isEqualTo("No connection");
            window.screenshot("disconnected");
        }
    }

    @Test
    void distinguishesLoadingFailedEmptyAndStaleCards() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<Route> held = new ArrayList<>();
            List<Consumer<Route>> answer = new CopyOnWriteArrayList<>(List.of(held::add));
            page.route(DashboardTruthTest::isOfACard, route -> answer.getFirst().accept(route));
            window.signIn(system, user);
            window.awaitLive();
            Map<String, String> loading = cardTexts(window, "loading");
            page.locator("#feedback > summary").click();
            window.screenshot("loading");
            assertThat(loading.values()).allMatch(text -> text.contains("Loading …"));
            assertThat(page.locator("#feedback-often").isVisible()).isFalse();

            answer.set(0, DashboardTruthTest::refuse);
            held.forEach(DashboardTruthTest::refuse);
            page.locator("#feedback-settings[data-state=failed]").waitFor();
            Map<String, String> failed = cardTexts(window, "failed");
            window.screenshot("failed");
            assertThat(failed.values())
                    .allMatch(text ->
                            text.contains("could not be loaded. The database rests.") && text.contains("Try again"));
            assertThat(page.locator("#feedback-settings").innerText()).contains("could not be loaded");

            answer.set(0, Route::resume);
            for (View view : VIEWS) {
                window.show(view.name());
                for (Locator again : page.getByText("Try again").all().reversed()) {
                    if (again.isVisible()) {
                        again.click();
                    }
                }
            }
            page.locator("#feedback-often").waitFor();
            Map<String, String> empty = cardTexts(window, null);
            window.screenshot("empty");
            assertThat(empty.get("#today"))
                    .contains("No typing yet today.", "Connect an editor")
                    .doesNotContain("0 s");
            assertThat(empty.get("#periods-card")).contains("No flow periods yet today.");
            assertThat(empty.get("#sessions-card")).contains("No sessions yet today.");
            assertThat(empty.get("#trend-months")).contains("No typing in this time.");
            assertThat(empty.get("#week-chart")).contains("No typing yet this week.");
            assertThat(empty.get("#week-ends")).contains("No flow period has ended in this week.");
            assertThat(empty.get("#patterns")).contains("No").contains("without enough data");
            assertThat(empty.get("#team")).contains("You are not in a team yet.");
            assertThat(empty.get("#team-consent")).contains("You are not in a team yet.");
            assertThat(empty.get("#runs-card")).contains("No plugin has run");
            assertThat(empty.get("#invitations")).contains("No open invitations.");
            for (Map<String, String> texts : List.of(loading, failed)) {
                assertThat(texts.values()).noneMatch(text -> text.contains("0 s") || text.contains("yet"));
            }

            UUID session = user.startSession();
            user.type(session, 0, 50);
            page.locator("#sessions [data-session]").waitFor();
            assertThat(page.locator("#sessions").innerText()).contains("– now");
            answer.set(0, DashboardTruthTest::refuse);
            page.locator("#today[data-state=stale]").waitFor();
            assertThat(page.locator("#sessions-card").innerText())
                    .contains("Not up to date: this is of", "Try again", "since ")
                    .doesNotContain("– now");
            assertThat(page.locator("#day-evidence").innerText()).contains("50 keystrokes");
            window.screenshot("out-of-date");
        }
    }

    @Test
    void drawsOneCurvePerEditor() throws Exception {
        TestUser user = TestUser.register(system.origin());
        List<UUID> sessions = List.of(startSession(user, "vim", "ingest"), startSession(user, "zed", "dashboard"));
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<WebSocketRoute> live = new CopyOnWriteArrayList<>();
            page.routeWebSocket(url -> url.contains("/ws?"), socket -> {
                socket.connectToServer();
                live.add(socket);
            });
            window.signIn(system, user);
            window.awaitLive();
            page.locator("#sessions [data-session]").nth(1).waitFor();
            long now = System.currentTimeMillis();
            for (int secondsAgo = 100; secondsAgo >= 0; secondsAgo -= 2) {
                live.getFirst().send(update(sessions.get(0), now - 1_000L * secondsAgo, 0.8, secondsAgo < 60));
                live.getFirst().send(update(sessions.get(1), now - 1_000L * secondsAgo, 0.3, false));
            }
            page.locator("#curve[data-points='102']").waitFor();

            for (UUID session : sessions) {
                Locator line = page.locator("#curve [data-session='" + session + "'] .sure");
                assertThat(line.count()).isEqualTo(1);
                assertThat(line.getAttribute("d").split("L")).hasSize(51);
            }
            assertThat(page.locator("#curve .flow").count()).isEqualTo(1);
            assertThat(page.locator("#curve .name").allTextContents())
                    .containsExactlyInAnyOrder("vim · ingest", "zed · dashboard");
            assertThat(page.locator("#flow-session").innerText())
                    .isEqualTo("vim · ingest; another session is live too.");
            assertThat(page.locator("#curve").getAttribute("aria-label"))
                    .contains("vim · ingest ", "80 of 100", "enough data behind it", "zed · dashboard ", "30 of 100");
            page.locator("#curve-details summary").click();
            window.screenshot("two-editors");
        }
    }

    private static UUID startSession(TestUser user, String editor, String project) throws Exception {
        String body = "{\"editor\": \"%s\", \"project\": \"%s\"}".formatted(editor, project);
        return UUID.fromString(TestUser.JSON
                .readTree(user.post("/api/sessions/start", body).body())
                .path("session_id")
                .asString());
    }

    private static String update(UUID session, long at, double intensity, boolean inFlow) {
        return """
                {"type": "flow_state_update", "session_id": "%s", "at": %d, "session": {"status": "active"},
                 "flow_state": {"is_in_flow": %b, "flow_intensity": %.1f, "flow_duration_ms": 60000,
                     "confidence": 0.8, "data_amount": "enough", "reason": null, "recommendations": [],
                   "metrics": {"rhythm_score": 0.5, "focus_score": 0.5, "consistency_score": 0.5,
                       "error_penalty": 0.1, "velocity_score": 0.5}}}""".formatted(session, at, inFlow, intensity);
    }

    @Test
    void showsTheCurrentStateOnAPhoneAfterSignIn() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open(new Browser.NewContextOptions().setViewportSize(390, 844))) {
            Page page = window.page();
            window.signIn(system, user);
            page.locator("#today[data-state=empty]").waitFor();

            for (String shown : List.of("#link", "#flow-status")) {
                BoundingBox box = Objects.requireNonNull(page.locator(shown).boundingBox());
                assertThat(box.y).as(shown).isBetween(0.0, 844 - box.height);
            }
            assertThat(page.evaluate("document.activeElement.id")).isEqualTo("content");
        }
    }

    @Test
    void scopesEachStyleRuleToItsCard() {
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            page.navigate(system.origin().toString());
            Object strangers = page.evaluate("""
                    () => {
                      const rules = (list) => [...list].flatMap((rule) => (rule.cssRules?.length
                          ? rules(rule.cssRules) : [rule]));
                      const sheet = [...document.styleSheets].find(({ href }) => href.endsWith('/cards.css'));
                      return rules(sheet.cssRules).flatMap(({ selectorText }) => selectorText.split(','))
                        .filter((selector) =>
                            !document.querySelector(selector.trim().split(/[\\s>:[]/)[0])?.matches('.card'));
                    }""");
            assertThat((List<?>) strangers).isEmpty();
            // A class that several cards use, by chance or not, looks in one as that one says.
            Object borders = page.evaluate("""
                    () => ['.features', '#team-week'].map((card) => {
                      const bar = Object.assign(document.createElement('span'), { className: 'bar' });
                      document.querySelector(card).append(bar);
                      const { borderTopWidth } = getComputedStyle(bar);
                      bar.remove();
                      return borderTopWidth;
                    })""");
            assertThat((List<?>) borders).isEqualTo(List.of("0px", "1px"));
        }
    }

    @Test
    void givesEachViewAnAddressAndFetchesFilesOnce() throws Exception {
        TestUser user = TestUser.register(system.origin());
        // Digits of another script would be wrong in English sentences.
        try (BrowserWindow window = BrowserWindow.open(new Browser.NewContextOptions().setLocale("ar-EG"))) {
            Page page = window.page();
            window.signIn(system, user);
            page.locator("#today[data-state=empty]").waitFor();
            assertThat(page.locator("#day-date").innerText()).matches("\\p{ASCII}+");
            window.show("insights");
            page.locator("#patterns[data-state=loaded]").waitFor();
            assertThat(page.url()).isEqualTo(system.origin() + "/insights");
            page.reload();
            page.locator("#patterns[data-state=loaded]").waitFor();
            Object fetched = page.evaluate("""
                    () => performance.getEntriesByType('resource')
                      .filter(({ name, transferSize }) => name.includes('/assets/') && transferSize > 0)
                      .map(({ name }) => name)""");
            assertThat((List<?>) fetched).isEmpty();

            page.navigate(system.origin() + "/day/2026-03-29");
            page.locator("#today[data-state=empty]").waitFor();
            assertThat(page.locator("#today").innerText()).contains("No typing on this day.");
            assertThat(page.locator("#live").isVisible()).isFalse();
            page.keyboard().press("ArrowLeft");
            page.waitForURL("**/day/2026-03-28");
            page.goBack();
            page.waitForURL("**/day/2026-03-29");
            assertThat(page.locator("#day-date").innerText()).contains("29");
            page.locator("#day-now").click();
            page.locator("#today:has-text('yet today')").waitFor();
            assertThat(page.locator("#live").isVisible()).isTrue();
        }
    }

    @Test
    void showsWhatReachesIntoADayFromTheDayBefore() throws Exception {
        TestUser user = TestUser.register(system.origin());
        Instant midnight = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(2, ChronoUnit.DAYS);
        try (ReadModelRows rows = new ReadModelRows(system);
                BrowserWindow window = BrowserWindow.open()) {
            rows.writeNight(user, midnight);
            Page page = window.page();
            window.signIn(system, user);
            window.awaitLive();
            page.navigate(system.origin() + "/day/"
                    + midnight.atOffset(ZoneOffset.UTC).toLocalDate());
            page.locator("#today[data-state=loaded]").waitFor();
            assertThat(page.locator("#day-evidence").innerText()).contains("6,000 keystrokes and 1 session.");
            assertThat(page.locator("[data-figure=active]").innerText()).contains("1 h");
            assertThat(page.locator("[data-figure=longest]").innerText())
                    .as("the part of the stretch within the day")
                    .contains("30 min");
            assertThat(page.locator("#periods li").count()).isOne();
            assertThat(page.locator("#sessions li").count()).isOne();
            assertThat(page.locator("#day .flow-block").count()).isOne();
        }
    }

    @Test
    void showsANewcomerTheirOwnCurveAndConnectsAnEditor() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            List<String> complaints = new CopyOnWriteArrayList<>();
            page.onPageError(complaints::add);
            window.signIn(system, user);
            window.awaitLive();
            window.show("connect");
            page.locator("#keys-card[data-state=loaded]").waitFor();
            page.locator("#type-here")
                    .pressSequentially(
                            "Is this me in flow? Yes, it is.", new Locator.PressSequentiallyOptions().setDelay(90));
            page.locator("#own-curve:not([data-points='0'])").waitFor();
            page.locator("#type-result:has-text('First estimate after')").waitFor();
            assertThat(page.locator("#type-classes").innerText().replaceAll("\\s", ""))
                    .startsWith("LLSLLLLSLLS");
            assertThat(page.locator("#type-json").textContent())
                    .contains("POST " + system.origin() + "/api/keystrokes", "\"key_classes\": \"")
                    .doesNotContain("flow?");
            assertThat(page.locator("#arrival-text").innerText()).startsWith("Waiting");

            page.locator("#key-name").fill("laptop");
            page.locator("#key-name").press("Enter");
            page.locator("#keys li:has-text('Not used yet.')").waitFor();
            Process pasted = new ProcessBuilder(
                            "bash", "-c", page.locator("#key-snippet").textContent())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(pasted.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(pasted.waitFor()).as(output).isZero();
            page.locator("#arrival[data-state=received]").waitFor();
            page.locator("#keys li:has-text('Last seen')").waitFor();
            window.screenshot("connect");

            page.onDialog(Dialog::accept);
            window.show("dashboard");
            window.show("connect");
            assertThat(page.locator("#key-snippet").textContent())
                    .as("shown once")
                    .isEmpty();
            page.locator("#keys button").click();
            page.locator("#keys-card li").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void signOutRevokesTheTokensOnTheServer() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            window.signIn(system, user);
            window.awaitLive();
            Object access = page.evaluate("JSON.parse(localStorage.getItem('mindful-code.tokens')).access");
            Request logout = page.waitForRequest(
                    "**/api/auth/logout", () -> page.locator("#sign-out").click());

            assertThat(Objects.requireNonNull(logout.response()).status()).isEqualTo(204);
            assertThat(page.locator("#email").isVisible()).isTrue();
            assertThat(page.evaluate("localStorage.length")).isEqualTo(0);
            Object status = page.evaluate(
                    "async (token) => (await fetch('/api/account',"
                            + " { headers: { Authorization: `Bearer ${token}` } })).status",
                    access);
            assertThat(status).isEqualTo(401);
        }
    }

    @Test
    void refreshesTheTokenOnceForConcurrentRequests() throws Exception {
        TestUser user = TestUser.register(system.origin());
        try (BrowserWindow window = BrowserWindow.open()) {
            Page page = window.page();
            // As on http in a local network, where pages have no locks.
            page.addInitScript("Object.defineProperty(navigator, 'locks', { value: undefined })");
            List<String> refreshes = new CopyOnWriteArrayList<>();
            page.onRequest(request -> {
                if (request.url().endsWith("/api/auth/refresh")) {
                    refreshes.add(request.url());
                }
            });
            window.signIn(system, user);
            window.awaitLive();
            page.evaluate("""
                    () => localStorage.setItem('mindful-code.tokens',
                      JSON.stringify({ ...JSON.parse(localStorage.getItem('mindful-code.tokens')), until: 0 }))""");
            page.reload();
            window.awaitLive();
            page.locator("#today[data-state=empty]").waitFor();
            page.locator("#feedback-settings[data-state=loaded]")
                    .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));

            assertThat(refreshes).hasSize(1);
        }
    }

    private static List<String> receivedUpdates(Page page) {
        List<String> updates = new CopyOnWriteArrayList<>();
        page.onWebSocket(socket -> socket.onFrameReceived(frame -> {
            if (frame.text() != null && frame.text().contains("flow_state_update")) {
                updates.add(frame.text());
            }
        }));
        return updates;
    }

    private static boolean isOfACard(String url) {
        return url.contains("/api/") && !url.contains("/api/auth/") && !url.contains("/api/live/");
    }

    private static void refuse(Route route) {
        route.fulfill(new Route.FulfillOptions()
                .setStatus(503)
                .setContentType("application/problem+json")
                .setBody("{\"title\": \"Unavailable\", \"detail\": \"The database rests.\"}"));
    }

    /** Visits each view and returns the text of each card, once it is in the state, or in one with data if null. */
    private static Map<String, String> cardTexts(BrowserWindow window, @Nullable String state) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (View view : VIEWS) {
            window.show(view.name());
            for (String card : view.cards()) {
                String states = state == null
                        ? card + "[data-state=empty], " + card + "[data-state=loaded]"
                        : card + "[data-state=" + state + "]";
                window.page().locator(states).waitFor();
                texts.put(card, window.page().locator(card).innerText());
            }
        }
        return texts;
    }
}
