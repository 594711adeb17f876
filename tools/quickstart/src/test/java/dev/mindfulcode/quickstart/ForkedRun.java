package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code mindful run} as a person starts it: in a JVM and a process group of its own, as a terminal's foreground job
 * is.
 */
public final class ForkedRun implements AutoCloseable {

    /**
     * If this test itself runs in the background, Ctrl-C is ignored and children inherit that; a terminal's
     * foreground job has neither inherited it nor shares our group.
     */
    private static final String AS_FOREGROUND_JOB =
            "use POSIX; POSIX::setsid(); $SIG{INT} = 'DEFAULT'; exec @ARGV or die $!";

    private static final Duration READY_WITHIN = Duration.ofMinutes(5);

    private final Process process;
    private final Path output;

    private ForkedRun(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    public static ForkedRun start(Path data, int port) throws IOException {
        return start(data, port, Map.of());
    }

    /** Starts it in the folder that holds the data folder, with these variables in addition to the test's own. */
    static ForkedRun start(Path data, int port, Map<String, String> variables) throws IOException {
        Path output = Files.createTempFile(data.toAbsolutePath().getParent(), "run", ".out");
        List<String> command = new ArrayList<>(List.of("perl", "-e", AS_FOREGROUND_JOB));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of("-cp", classPath(), Mindful.class.getName(), "run"));
        command.addAll(List.of("--port", String.valueOf(port), "--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Objects.requireNonNull(data.toAbsolutePath().getParent())
                        .toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(variables);
        return new ForkedRun(builder.start(), output);
    }

    public ForkedRun awaitReady(URI origin) throws Exception {
        long deadlineNs = System.nanoTime() + READY_WITHIN.toNanos();
        while (!output().contains("Mindful Code is ready: " + origin)) {
            if (!process.isAlive() || System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("mindful run did not become ready:\n" + output());
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return this;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** Returns the exit code once the process has ended. */
    int awaitEnd(Duration max) throws IOException, InterruptedException {
        if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("mindful run has not ended within " + max + ":\n" + output());
        }
        return process.exitValue();
    }

    /** Does what a terminal does on Ctrl-C: interrupts the whole process group. */
    void pressCtrlC() throws IOException, InterruptedException {
        signal("-INT", "-" + process.pid());
    }

    public void killWithMinus9() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static void signal(String signal, String target) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", signal, "--", target).start().waitFor();
        if (exit != 0) {
            throw new AssertionError("kill " + signal + " answered " + exit);
        }
    }

    static String classPath() {
        String surefire = System.getProperty("surefire.test.class.path");
        return surefire == null ? ManagementFactory.getRuntimeMXBean().getClassPath() : surefire;
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }
}
