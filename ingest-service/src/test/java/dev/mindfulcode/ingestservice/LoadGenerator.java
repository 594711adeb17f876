package dev.mindfulcode.ingestservice;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** Sends one request repeatedly on some connections, each waiting for its response, and measures latency. */
final class LoadGenerator {

    record Result(double requestsPerSecond, double p50Ms, double p99Ms) {}

    private static final int SAMPLES_MAX = 2_000_000;

    private LoadGenerator() {}

    static Result run(int port, byte[] request, int status, int connections, long millis) throws InterruptedException {
        long[][] samples = new long[connections][];
        CountDownLatch done = new CountDownLatch(connections);
        long startedNs = System.nanoTime();
        long deadlineNs = startedNs + millis * 1_000_000;
        for (int i = 0; i < connections; i++) {
            int connection = i;
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    samples[connection] = connection(port, request, status, deadlineNs, SAMPLES_MAX / connections);
                } finally {
                    done.countDown();
                }
            });
        }
        done.await();
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        long[] all =
                Arrays.stream(samples).flatMapToLong(Arrays::stream).sorted().toArray();
        return new Result(all.length / seconds, at(all, 0.50), at(all, 0.99));
    }

    private static double at(long[] sortedNs, double quantile) {
        return sortedNs[(int) (quantile * (sortedNs.length - 1))] / 1e6;
    }

    private static long[] connection(int port, byte[] request, int status, long deadlineNs, int samplesMax) {
        long[] samples = new long[samplesMax];
        int count = 0;
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 4_096);
            for (long now = System.nanoTime(); now < deadlineNs && count < samplesMax; ) {
                out.write(request);
                readAnswer(in, status);
                long then = System.nanoTime();
                samples[count++] = then - now;
                now = then;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(samples, count);
    }

    private static void readAnswer(InputStream in, int status) throws IOException {
        String first = line(in);
        if (!first.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("answered " + first);
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in) throws IOException {
        byte[] bytes = new byte[256];
        int length = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed");
            }
            if (b != '\r' && length < bytes.length) {
                bytes[length++] = (byte) b;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
