package dev.mindfulcode.benchmarks;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The engine's three hot operations: applying a keystroke (flow is estimated every five seconds of event time, and that
 * is in the figure), reading the flow state, and the network alone. Typing is log-normal around 168 ms with a twelfth
 * corrections and some pauses.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC"})
public class FlowEngineBenchmark {
    private static final int KEYS = 1 << 16;
    private static final int THOUSAND = 1_000;

    private final int[] intervalsMs = new int[KEYS];
    private final byte[] keyClasses = new byte[KEYS];
    private final SessionState session = new SessionState();
    private final FlowReading reading = new FlowReading();
    private final FlowModel network = FlowModel.builtIn();
    private long atMs = 1_700_000_000_000L;
    private int next;

    /** Types until the window, the session's and the person's past are full. */
    @Setup
    public void type() {
        Random random = new Random(1);
        for (int i = 0; i < KEYS; i++) {
            boolean pause = random.nextInt(60) == 0;
            intervalsMs[i] =
                    pause ? 2_000 + random.nextInt(20_000) : (int) Math.exp(5.21 + 0.69 * random.nextGaussian());
            keyClasses[i] = (byte) (random.nextInt(12) == 0 ? 6 : 0);
        }
        session.wrap(SessionState.fresh());
        for (int i = 0; i < KEYS; i++) {
            applyKeystroke();
        }
        session.read(reading);
    }

    @Benchmark
    public void applyKeystroke() {
        int i = next++ & (KEYS - 1);
        atMs += intervalsMs[i];
        session.keystroke(atMs, intervalsMs[i], keyClasses[i], -1);
    }

    @Benchmark
    public float readFlowState() {
        session.read(reading);
        return reading.intensity();
    }

    @Benchmark
    public float inferNetwork() {
        return network.intensity(reading);
    }

    /** Call by call, for the percentiles; it includes the timer's own 20 to 30 ns. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public float readFlowStateSampled() {
        session.read(reading);
        return reading.intensity();
    }

    /** A thousand at a time: the median is the cost of one, independent of other load. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public void applyThousandKeystrokesSampled() {
        for (int i = 0; i < THOUSAND; i++) {
            applyKeystroke();
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public float inferThousandTimesSampled() {
        float sum = 0;
        for (int i = 0; i < THOUSAND; i++) {
            reading.setFeatures(i * 0.001f, 0.7f, 0.4f, 0.2f, 0.5f);
            sum += network.intensity(reading);
        }
        return sum;
    }
}
