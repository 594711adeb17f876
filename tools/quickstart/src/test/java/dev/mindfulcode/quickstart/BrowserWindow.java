package dev.mindfulcode.quickstart;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A window of the system's own Chromium, with storage of its own. The browser is started once for all tests of a
 * thread, the only one that may use it.
 */
record BrowserWindow(BrowserContext context, Page page) implements AutoCloseable {

    // Without these Chromium calls its maker's servers, which a closed network refuses by the dozen.
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static final double TIMEOUT_MS = 60_000;

    private static final ThreadLocal<Browser> BROWSER = ThreadLocal.withInitial(BrowserWindow::launch);

    static BrowserWindow open() {
        return open(new Browser.NewContextOptions());
    }

    static BrowserWindow open(Browser.NewContextOptions options) {
        BrowserContext context = BROWSER.get().newContext(options);
        context.setDefaultTimeout(TIMEOUT_MS);
        return new BrowserWindow(context, context.newPage());
    }

    /** Opens the dashboard and signs in; returns before anything is loaded. */
    void signIn(SharedSystem system, TestUser user) {
        page.navigate(system.origin().toString());
        page.locator("#email").fill(user.email);
        page.locator("#password").fill(user.password);
        page.locator("#sign-in").click();
    }

    /** Shows a view, by the end of the id of its link: {@code insights}, {@code questions}, {@code team} … */
    void show(String view) {
        page.locator("#to-" + view).click();
    }

    void awaitLive() {
        page.locator("#link[data-state=on]").waitFor();
    }

    /** Saves what the page shows, all of it, for people who look at it. */
    void screenshot(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "dashboard-" + name + ".png"))
                .setFullPage(true));
    }

    /** Ends with this JVM, whose pipe it reads. */
    private static Browser launch() {
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium())
                        .setArgs(FLAGS));
    }

    @Override
    public void close() {
        context.close();
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
