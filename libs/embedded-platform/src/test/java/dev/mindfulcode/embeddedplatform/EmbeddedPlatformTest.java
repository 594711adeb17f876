package dev.mindfulcode.embeddedplatform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(400)
class EmbeddedPlatformTest {

    private static final String SCHEMA = """
            {"artifactId":"greeting-value","artifactType":"AVRO","firstVersion":{"content":{
             "contentType":"application/json",
             "content":"{\\"type\\":\\"record\\",\\"name\\":\\"Greeting\\",\\"fields\\":[]}"}}}
            """;

    @TempDir
    Path folder;

    @Test
    void listensOnLoopbackOnlyAndKeepsTopicsRowsAndSchemasAcrossRestarts() throws Exception {
        String schemaId;
        try (EmbeddedPlatform platform = EmbeddedPlatform.start(PlatformOptions.in(folder, ForkedPlatform.PASSWORD))) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("greetings", 1, (short) 1)))
                        .all()
                        .get();
            }
            produce(platform, "hello");
            execute(platform.databaseUrl(), "CREATE TABLE greetings AS SELECT 'hello' AS text");
            schemaId = register(platform);
            listensOnLoopbackOnly(platform);
        }

        rejectsAnotherPassword();
        writePidOfAnotherProcess();

        try (EmbeddedPlatform platform = EmbeddedPlatform.start(PlatformOptions.in(folder, ForkedPlatform.PASSWORD))) {
            produce(platform, "again");
            assertThat(consumed(platform)).containsExactly("hello", "again");
            assertThat(query(platform.databaseUrl(), "SELECT text FROM greetings"))
                    .isEqualTo("hello");
            assertThat(register(platform)).isEqualTo(schemaId);
        }
    }

    @Test
    void removesMembersAndTransactionsOfAnEarlierProcess() throws Exception {
        KafkaConsumer<String, String> member = null;
        KafkaProducer<String, String> writer = null;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("greetings", 1, (short) 1)))
                        .all()
                        .get();
            }
            member = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", "readers"),
                    new StringDeserializer(),
                    new StringDeserializer());
            member.subscribe(List.of("greetings"));
            while (member.assignment().isEmpty()) {
                member.poll(Duration.ofMillis(100));
            }
            writer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "writer"),
                    new StringSerializer(),
                    new StringSerializer());
            writer.initTransactions();
            writer.beginTransaction();
            writer.send(new ProducerRecord<>("greetings", "lost")).get();
        } finally {
            // Neither reaches the broker: the member does not leave, the transaction stays open.
            close(member);
            close(writer);
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            assertThat(admin.describeConsumerGroups(List.of("readers"))
                            .all()
                            .get()
                            .values())
                    .flatExtracting(ConsumerGroupDescription::members)
                    .isEmpty();
            assertThat(admin.listTransactions().all().get())
                    .noneMatch(listed -> listed.state() == TransactionState.ONGOING);
        }
    }

    private static void close(@Nullable KafkaConsumer<?, ?> consumer) {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    private static void close(@Nullable KafkaProducer<?, ?> producer) {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }

    private void rejectsAnotherPassword() {
        assertThatThrownBy(() -> EmbeddedPlatform.start(PlatformOptions.in(folder, "another-password-altogether")))
                .isInstanceOf(PlatformException.class)
                .hasMessageContaining("POSTGRES_PASSWORD")
                .hasMessageNotContaining("another-password-altogether");
    }

    /** Simulates a restart of the machine: another process has the number that Postgres had. */
    private void writePidOfAnotherProcess() throws IOException {
        Path pidFile = folder.resolve("postgres/data/postmaster.pid");
        assertThat(pidFile).doesNotExist();
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n" + folder + "\n");
    }

    private static void listensOnLoopbackOnly(EmbeddedPlatform platform) {
        // 127.0.0.2 reaches servers on all addresses, but not servers on 127.0.0.1 alone.
        for (int port : List.of(
                port(platform.bootstrapServers()), port(platform.registryUrl()), port(platform.databaseUrl()))) {
            assertThatThrownBy(() -> connect("127.0.0.2", port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void createsSeparateEmptyDatabases() throws Exception {
        String first = TestPlatform.shared().freshDatabase();
        String second = TestPlatform.shared().freshDatabase();

        execute(first, "CREATE TABLE mine AS SELECT 1 AS n");

        assertThat(query(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"))
                .isEqualTo("0");
    }

    private static void produce(EmbeddedPlatform platform, String text) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", platform.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("greetings", text)).get();
        }
    }

    private static List<String> consumed(EmbeddedPlatform platform) {
        TopicPartition partition = new TopicPartition("greetings", 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", platform.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return consumer.poll(Duration.ofSeconds(60)).records(partition).stream()
                    .map(ConsumerRecord::value)
                    .toList();
        }
    }

    private static String register(EmbeddedPlatform platform) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        platform.registryUrl() + "/groups/default/artifacts?ifExists=FIND_OR_CREATE_VERSION"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(SCHEMA, StandardCharsets.UTF_8))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            Matcher id = Pattern.compile("\"contentId\":(\\d+)").matcher(response.body());
            assertThat(id.find()).isTrue();
            return id.group(1);
        }
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = open(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(String url, String sql) throws SQLException {
        try (Connection connection = open(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static Connection open(String url) throws SQLException {
        URI uri = URI.create(url);
        String[] user = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), user[0], user[1]);
    }

    private static int port(String address) {
        return URI.create(address.contains("://") ? address : "kafka://" + address)
                .getPort();
    }

    private static void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 2000);
        }
    }
}
