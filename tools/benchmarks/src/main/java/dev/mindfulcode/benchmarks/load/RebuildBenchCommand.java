package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.projections.BuildProgress;
import dev.mindfulcode.cli.projections.ProjectionApi;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/**
 * Rebuilds all projections, compares the rate with a consumer that only reads the same records, and reads through the
 * API meanwhile.
 */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Rebuilds each projection of the system of a data folder, and reads its topics with a plain consumer.",
            "Meanwhile the first person of ./mindful simulate reads their minutes all the time.",
            "Exit code 0 only if all builds are identical to the previous ones and no read failed or differed."
        })
final class RebuildBenchCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PAST = Duration.ofDays(27);

    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description = "How much of the time a rebuild may work. Default: ${DEFAULT-VALUE}")
    private int share = 100;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of the ./mindful simulate whose people are there. Default: ${DEFAULT-VALUE}")
    private int seed = 1;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    private record Reading(long records, double seconds) {
        double perSecond() {
            return records / seconds;
        }
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, List<String>> topics = topics();
        boolean isRight = true;
        AtomicBoolean isOver = new AtomicBoolean();
        try (AuthorizedApi operator = options.system().open();
                ApiClient api = new ApiClient(options.url());
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            ProjectionApi admin = new ProjectionApi(operator);
            LoadState state = LoadState.open(options.data(), Clock.systemUTC());
            Account reader = Account.signIn(api, state.credentials("simulated-" + seed + "-0"), state.isNew());
            Future<Long> reads = readers.submit(() -> readUntil(isOver, reader));
            try {
                for (Map.Entry<String, List<String>> projection : topics.entrySet()) {
                    Reading raw = read(projection.getValue());
                    long startNs = System.nanoTime();
                    int build = admin.order(projection.getKey(), share);
                    JsonNode end = BuildProgress.watch(
                            admin,
                            projection.getKey(),
                            build,
                            spec.commandLine().getErr());
                    Reading rebuilt = new Reading(raw.records(), (System.nanoTime() - startNs) / 1e9);
                    boolean isIdentical =
                            end != null && end.at("/report/identical").asBoolean(false);
                    isRight &= isIdentical;
                    out.println(String.format(
                            Locale.ROOT,
                            "%s: %,d records in %.1f s (%,.0f/s; %,d/s while reading), plain %.1f s (%,.0f/s)%s, %s",
                            projection.getKey(),
                            rebuilt.records(),
                            rebuilt.seconds(),
                            rebuilt.perSecond(),
                            end == null ? 0 : end.path("records_per_second").asLong(),
                            raw.seconds(),
                            raw.perSecond(),
                            raw.records() == 0
                                    ? ""
                                    : String.format(Locale.ROOT, ", ratio %.3f", rebuilt.perSecond() / raw.perSecond()),
                            isIdentical ? "identical" : "NOT identical: " + end));
                    out.flush();
                }
            } finally {
                isOver.set(true);
            }
            out.println(String.format(
                    Locale.ROOT,
                    "%,d reads of one person's minutes meanwhile, all with the same result, %d repeated after an error",
                    reads.get(),
                    api.retries()));
            out.flush();
            return isRight && api.retries() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static long readUntil(AtomicBoolean isOver, Account reader) throws Exception {
        Instant to = Instant.now();
        Instant from = to.minus(PAST);
        long expected = reader.keystrokesFound(from, to);
        long reads = 1;
        while (!isOver.get()) {
            long found = reader.keystrokesFound(from, to);
            if (found != expected) {
                throw new UserErrorException("A read returned " + found + " keystrokes, the first one " + expected);
            }
            reads++;
        }
        return reads;
    }

    private Map<String, List<String>> topics() {
        Map<String, List<String>> topics = new TreeMap<>();
        try (Connection connection = options.database().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select projection, topics from readmodel.projection_builds where state = 'in_use'");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                topics.put(row.getString(1), List.of((String[]) row.getArray(2).getArray()));
            }
            return topics;
        } catch (SQLException e) {
            throw new UserErrorException("The database does not answer: " + e.getSQLState(), e);
        }
    }

    /** Reads topics from the first record to the last committed one, and does nothing with them. */
    private Reading read(List<String> topics) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        options.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        4_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                consumer.partitionsFor(topic)
                        .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
            }
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long startNs = System.nanoTime();
            long records = 0;
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                records += consumer.poll(POLL).count();
            }
            return new Reading(records, (System.nanoTime() - startNs) / 1e9);
        }
    }
}
