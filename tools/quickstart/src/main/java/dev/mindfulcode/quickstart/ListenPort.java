package dev.mindfulcode.quickstart;

import dev.mindfulcode.cli.UserErrorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The port on loopback on which the web server is to listen, and the program that has it already. */
record ListenPort(int number) {

    private static final int CONNECT_TIMEOUT_MS = 500;
    private static final int LSOF_TIMEOUT_SECONDS = 5;
    private static final int ALTERNATIVES_MAX = 20;

    /** In /proc/net/tcp, see proc(5). */
    private static final String LISTENING = "0A";

    private static final int ADDRESS_FIELD = 1;
    private static final int STATE_FIELD = 3;
    private static final int INODE_FIELD = 9;

    /** @throws UserErrorException where the port cannot be had, with the program that has it and what to do */
    void refuseTaken() {
        if (answers()) {
            throw taken();
        }
        try {
            listen();
        } catch (IOException e) {
            boolean isForbidden = e instanceof BindException
                    && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("permission denied");
            if (isForbidden) {
                throw new UserErrorException(
                        "Port " + number + " is reserved for the system, and this user may not"
                                + " listen on it. Choose a port above 1023 with --port.",
                        e);
            }
            throw taken();
        }
    }

    private UserErrorException taken() {
        Optional<ProcessHandle> owner = owner();
        String by = owner.map(process -> program(process) + " (process " + process.pid() + ")")
                .orElse("another program; lsof -i :" + number + " shows which");
        String stop = owner.map(process -> "Stop it with kill " + process.pid()).orElse("Stop it");
        return new UserErrorException("Port " + number + " is taken by " + by + ". " + stop
                + ", or choose another port: --port " + alternative());
    }

    private int alternative() {
        return IntStream.rangeClosed(number + 1, Math.min(65_535, number + ALTERNATIVES_MAX))
                .filter(port -> new ListenPort(port).isFree())
                .findFirst()
                .orElse(0);
    }

    private boolean isFree() {
        try {
            listen();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** At both addresses of localhost, the second one where this machine has it. */
    private void listen() throws IOException {
        listen(InetAddress.ofLiteral("127.0.0.1"));
        InetAddress ipv6 = InetAddress.ofLiteral("::1");
        if (NetworkInterface.getByInetAddress(ipv6) != null) {
            listen(ipv6);
        }
    }

    private void listen(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, number));
        }
    }

    private boolean answers() {
        try {
            // localhost may be ::1 as well, where somebody else may listen although our own address is free.
            for (InetAddress address : InetAddress.getAllByName("localhost")) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, number), CONNECT_TIMEOUT_MS);
                    return true;
                } catch (IOException e) {
                    continue;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the process that listens on the port, where this user may see that. */
    Optional<ProcessHandle> owner() {
        try {
            return Files.isDirectory(Path.of("/proc/net")) ? ownerInProc() : ownerByLsof();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Optional<ProcessHandle> ownerInProc() throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            Path file = Path.of(table);
            if (Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .skip(1)
                        .map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields[STATE_FIELD].equals(LISTENING)
                                && fields[ADDRESS_FIELD].endsWith(":%04X".formatted(number)))
                        .forEach(fields -> sockets.add("socket:[" + fields[INODE_FIELD] + "]"));
            }
        }
        return sockets.isEmpty()
                ? Optional.empty()
                : ProcessHandle.allProcesses()
                        .filter(process -> holdsOneOf(sockets, process))
                        .findFirst();
    }

    private static boolean holdsOneOf(Set<String> sockets, ProcessHandle process) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return files.anyMatch(file -> {
                try {
                    return sockets.contains(Files.readSymbolicLink(file).toString());
                } catch (IOException e) {
                    return false; // closed meanwhile
                }
            });
        } catch (IOException e) {
            return false; // of another user, or ended
        }
    }

    private Optional<ProcessHandle> ownerByLsof() throws IOException {
        Process lsof = new ProcessBuilder("lsof", "-nP", "-t", "-iTCP:" + number, "-sTCP:LISTEN")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(lsof.getInputStream(), StandardCharsets.UTF_8))) {
            if (!lsof.waitFor(LSOF_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                return Optional.empty();
            }
            String pid = output.readLine();
            return pid == null ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid.strip()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lsof.destroy();
        }
    }

    private static String program(ProcessHandle process) {
        ProcessHandle.Info info = process.info();
        if (info.commandLine().orElse("").contains(Mindful.class.getName())) {
            return "another Mindful Code";
        }
        return info.command()
                .map(command -> String.valueOf(Path.of(command).getFileName()))
                .orElse("a program");
    }
}
