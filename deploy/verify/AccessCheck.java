import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Tries with the user of each service what that service has no need of, and exits with 0 only if the cluster refuses
 * all of it. The list is written by hand, so that it does not repeat a mistake in ServiceAccess.
 *
 * <p>Arguments: bootstrap servers, and the folder with kafka-SERVICE.properties.
 */
public final class AccessCheck {

    private static final List<String> SERVICES =
            List.of("api-gateway", "ingest-service", "flow-stream", "projection-service");

    private static final List<String> INPUTS = List.of("keystrokes", "flow-features", "sessions", "accounts");
    private static final List<String> RESULTS =
            List.of("flow-states", "flow-periods", "flow-minutes", "team-contributions", "team-flow", "team-alerts");

    private static final Map<String, List<String>> MUST_NOT_WRITE = Map.of(
            "api-gateway", RESULTS,
            "ingest-service", join(RESULTS, List.of("sessions", "accounts", "flow-models", "dead-letters")),
            "flow-stream", join(INPUTS, List.of("flow-models", "flow-feedback", "team-alert-rules")),
            "projection-service", join(join(RESULTS, INPUTS), List.of("flow-models")));

    private static final Map<String, List<String>> MUST_NOT_READ = Map.of(
            "api-gateway", List.of("team-contributions", "team-flow"),
            "ingest-service", join(join(INPUTS, RESULTS), List.of("dead-letters")),
            "flow-stream", List.of("dead-letters", "flow-states"),
            "projection-service", List.of("dead-letters", "team-contributions", "flow-feedback"));

    private final String servers;
    private final Path folder;
    private int refused;
    private final List<String> allowed = new ArrayList<>();

    private AccessCheck(String servers, Path folder) {
        this.servers = servers;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        AccessCheck check = new AccessCheck(arguments[0], Path.of(arguments[1]));
        for (String service : SERVICES) {
            check.tryAll(service);
        }
        check.tryWrongPassword();
        check.allowed.forEach(attempt -> System.out.println("NOT REFUSED: " + attempt));
        System.out.println(check.refused + " attempts refused, " + check.allowed.size() + " not.");
        System.exit(check.allowed.isEmpty() && check.refused > 0 ? 0 : 1);
    }

    private void tryAll(String service) throws Exception {
        for (String topic : MUST_NOT_WRITE.get(service)) {
            attempt(service + " writes " + topic, () -> write(config(service), topic));
        }
        for (String topic : MUST_NOT_READ.get(service)) {
            attempt(service + " reads " + topic, () -> read(config(service), topic));
        }
        try (Admin admin = Admin.create(config(service))) {
            attempt(service + " creates a topic", () -> get(admin.createTopics(
                            List.of(new NewTopic("not-allowed", Optional.of(1), Optional.empty())))
                    .all()));
            attempt(service + " deletes keystrokes", () -> get(admin.deleteTopics(List.of("keystrokes")).all()));
            attempt(service + " reads access-control entries", () -> get(
                    admin.describeAcls(AclBindingFilter.ANY).values()));
            attempt(service + " reads passwords", () -> get(admin.describeUserScramCredentials().all()));
        }
    }

    private void tryWrongPassword() throws Exception {
        Properties config = config("api-gateway");
        config.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"api-gateway\""
                        + " password=\"wrong\";");
        try (Admin admin = Admin.create(config)) {
            attempt("a wrong password", () -> get(admin.describeCluster().nodes()));
        }
    }

    private void attempt(String what, Callable<?> attempt) throws Exception {
        try {
            attempt.call();
            allowed.add(what);
        } catch (AuthorizationException | AuthenticationException e) {
            refused++;
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException || e.getCause() instanceof AuthenticationException)) {
                throw e;
            }
            refused++;
        }
    }

    private static Object write(Properties config, String topic) throws Exception {
        config.put("max.block.ms", 20_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(topic, new byte[16], new byte[1])).get(30, TimeUnit.SECONDS);
        }
    }

    private static Object read(Properties config, String topic) {
        config.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return consumer.poll(Duration.ofSeconds(20));
        }
    }

    private Properties config(String service) throws Exception {
        Properties config = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve("kafka-" + service + ".properties"))) {
            config.load(reader);
        }
        config.put("bootstrap.servers", servers);
        return config;
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static List<String> join(List<String> some, List<String> others) {
        List<String> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }
}
