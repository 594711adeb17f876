package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * Main class of the registry's process. It halts when its standard input, a pipe from its starter, closes, even because
 * the starter was killed. Nothing is lost, because the registry stores everything in Postgres.
 */
final class RegistryProcess {

    private static final String REGISTRY_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

    private RegistryProcess() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread.ofPlatform().daemon().name("starter-watch").start(RegistryProcess::haltWhenStarterEnds);
        try {
            Class.forName(REGISTRY_MAIN).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("The registry's main class failed", e.getCause());
        }
    }

    private static void haltWhenStarterEnds() {
        try {
            int read;
            do {
                read = System.in.read();
            } while (read >= 0);
        } catch (IOException e) {
            System.err.println("The pipe from the starter broke: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}
