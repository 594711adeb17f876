package dev.mindfulcode.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A bar that redraws itself on a terminal, and a plain line now and then elsewhere. Thread-safe; closing prints the
 * last state.
 */
public final class ProgressBar implements AutoCloseable {

    private static final Duration REDRAW_INTERVAL = Duration.ofMillis(200);
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);
    private static final int BAR_WIDTH = 24;
    private static final int LINE_WIDTH_MAX = 118;

    private final PrintWriter out;
    private final boolean terminal;
    private final double total;
    private final Supplier<String> detail;
    private final DoubleAdder done = new DoubleAdder();
    private final Thread ticker;
    private volatile boolean closed;

    /**
     * @param total what {@link #advance} adds up to when all is done
     * @param detail the text after the bar, computed at each redraw
     */
    public ProgressBar(PrintWriter out, boolean terminal, double total, Supplier<String> detail) {
        this.out = out;
        this.terminal = terminal;
        this.total = total;
        this.detail = detail;
        this.ticker = Thread.ofPlatform().daemon().name("progress").start(this::tick);
    }

    @SuppressWarnings("SystemConsoleNull") // true of JDK 22 to 24; 25 has none again where there is no terminal
    public static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    public void advance(double by) {
        done.add(by);
    }

    String line() {
        double share = total > 0 ? Math.clamp(done.sum() / total, 0, 1) : 0;
        int filled = (int) Math.round(share * BAR_WIDTH);
        String line = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] " + Math.round(100 * share)
                + " %  " + detail.get();
        return line.length() > LINE_WIDTH_MAX ? line.substring(0, LINE_WIDTH_MAX) : line;
    }

    private void tick() {
        long each = (terminal ? REDRAW_INTERVAL : LINE_INTERVAL).toNanos();
        while (!closed) {
            LockSupport.parkNanos(each);
            if (!closed) {
                print(false);
            }
        }
    }

    private synchronized void print(boolean last) {
        if (terminal) {
            out.print("\r" + line() + "\u001b[K" + (last ? "\n" : ""));
        } else {
            out.println(line());
        }
        out.flush();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(ticker);
        print(true);
    }
}
