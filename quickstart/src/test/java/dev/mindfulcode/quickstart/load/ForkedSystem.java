package dev.mindfulcode.quickstart.load;

import dev.mindfulcode.quickstart.Mindful;
import java.io.File;
import java.io.IOException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@code mindful run} in a JVM of its own, so that a test can end it in any way. */
final class ForkedSystem implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final Path output;

    private ForkedSystem(Process process, int port, Path output) {
        this.process = process;
        this.port = port;
        this.output = output;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts on a data folder and returns when the system says that it is ready. */
    static ForkedSystem start(Path data, int port) throws IOException {
        Files.createDirectories(data.toAbsolutePath().getParent());
        Path output = data.resolveSibling(data.getFileName() + "-" + System.nanoTime() + ".out");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of("-cp", classPath(), Mindful.class.getName(), "run"));
        command.addAll(List.of("--port", Integer.toString(port), "--data", data.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ForkedSystem system = new ForkedSystem(process, port, output);
        long deadlineNs = System.nanoTime() + READY_WITHIN.toNanos();
        while (!system.said().contains("Mindful Code is ready")) {
            if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                process.destroyForcibly();
                throw new AssertionError("mindful run did not become ready:\n" + system.said());
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return system;
    }

    /** Surefire may hide the class path in a manifest: the runtime knows what was meant. */
    private static String classPath() {
        String surefire = System.getProperty("surefire.test.class.path");
        return surefire == null
                ? ManagementFactory.getRuntimeMXBean().getClassPath()
                : surefire.replace('\n', File.pathSeparatorChar);
    }

    URI uri() {
        return URI.create("http://localhost:" + port);
    }

    String said() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it as Ctrl-C does. */
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("mindful run did not stop:\n" + said());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
