package dev.mindfulcode.embeddedplatform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A platform in a forked JVM, for tests that kill it. */
final class ForkedPlatform {

    static final String PASSWORD = "a-password-for-tests-only";

    private ForkedPlatform() {}

    public static void main(String[] arguments) throws IOException {
        EmbeddedPlatform platform = EmbeddedPlatform.start(PlatformOptions.in(Path.of(arguments[0]), PASSWORD));
        System.out.println("started " + platform.databaseUrl());
        System.in.read(); // until killed
    }

    /** Starts the JVM and returns when its platform is up. */
    static Process fork(Path dataFolder) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForkedPlatform.class.getName(),
                        dataFolder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.startsWith("started")) {
            process.destroyForcibly();
            throw new IllegalStateException("The forked platform did not start: " + line);
        }
        return process;
    }
}
