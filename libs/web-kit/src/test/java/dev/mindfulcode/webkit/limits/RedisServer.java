package dev.mindfulcode.webkit.limits;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A Redis process without persistence. */
final class RedisServer implements AutoCloseable {

    private static final Duration START_WAIT_MAX = Duration.ofSeconds(60);

    private final String program;
    private final int port;
    private Process process;

    private RedisServer(String program, int port) throws IOException {
        this.program = program;
        this.port = port;
        this.process = run();
    }

    /** Returns the path of redis-server, if it is installed. */
    static Optional<String> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server").toFile())
                .filter(File::canExecute)
                .map(File::getPath)
                .findFirst();
    }

    static RedisServer start(String program) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            socket.close();
            return new RedisServer(program, port);
        }
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = run();
    }

    private Process run() throws IOException {
        Process started = new ProcessBuilder(
                        program,
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadlineNs = System.nanoTime() + START_WAIT_MAX.toNanos();
        while (!listens()) {
            if (System.nanoTime() - deadlineNs > 0 || !started.isAlive()) {
                throw new IOException("Redis did not start");
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        return started;
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
