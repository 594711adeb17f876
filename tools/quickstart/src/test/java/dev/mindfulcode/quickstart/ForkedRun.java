package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

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

    private static final Duration READY_WITHIN = Duration.ofMinutes(7);

    /** Before the system itself gives up, so that its threads can still be seen. */
    private static final Duration SUSPICIOUS_AFTER = Duration.ofSeconds(100);

    private static final int WARNINGS_SHOWN = 60;

    private final Process process;
    private final Path output;
    private final Path data;

    private ForkedRun(Process process, Path output, Path data) {
        this.process = process;
        this.output = output;
        this.data = data;
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
        return new ForkedRun(builder.start(), output, data);
    }

    public ForkedRun awaitReady(URI origin) throws Exception {
        long begunNs = System.nanoTime();
        String threads = "";
        while (!output().contains("Mindful Code is ready: " + origin)) {
            long waitedNs = System.nanoTime() - begunNs;
            if (!process.isAlive() || waitedNs > READY_WITHIN.toNanos()) {
                throw new AssertionError("mindful run did not become ready:\n" + output() + warnings() + threads);
            }
            if (threads.isEmpty() && waitedNs > SUSPICIOUS_AFTER.toNanos()) {
                threads = threads();
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return this;
    }

    private String warnings() throws IOException {
        Path log = data.resolve("logs").resolve("mindful.log");
        if (!Files.exists(log)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(log)) {
            List<String> warnings = lines.filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                    .toList();
            return "\nIts last warnings:\n"
                    + String.join(
                            "\n", warnings.subList(Math.max(0, warnings.size() - WARNINGS_SHOWN), warnings.size()));
        }
    }

    private String threads() throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        try (InputStream printed = jcmd.getInputStream()) {
            return "\nIts threads after " + SUSPICIOUS_AFTER + ":\n"
                    + new String(printed.readAllBytes(), StandardCharsets.UTF_8);
        }
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
