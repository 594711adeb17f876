package dev.mindfulcode.quickstart;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Prints the progress of a start or stop on the terminal. Thread-safe: several parts start at once. */
final class StartProgress {

    private final PrintWriter terminal;
    private final long begunNs = System.nanoTime();

    StartProgress(PrintWriter terminal) {
        this.terminal = terminal;
    }

    /** Returns a progress that nobody sees. */
    static StartProgress silent() {
        return new StartProgress(new PrintWriter(PrintWriter.nullWriter()));
    }

    synchronized void say(String line) {
        terminal.println(line);
        terminal.flush();
    }

    /** Runs one step and says how long it took. */
    void step(String what, Runnable work) {
        long stepBegunNs = System.nanoTime();
        work.run();
        done(what, Duration.ofNanos(System.nanoTime() - stepBegunNs));
    }

    void done(String what, Duration took) {
        say("  " + what + " (" + seconds(took) + ")");
    }

    String secondsSoFar() {
        return seconds(Duration.ofNanos(System.nanoTime() - begunNs));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
