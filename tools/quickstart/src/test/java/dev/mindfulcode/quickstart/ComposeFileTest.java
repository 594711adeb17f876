package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.ServiceAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Holds docker-compose.yml to the services, their settings and the files that it mounts. Starts nothing. */
class ComposeFileTest {

    private static final Set<String> SERVICE_KEYS = Set.of(
            "build",
            "cap_drop",
            "command",
            "depends_on",
            "deploy",
            "entrypoint",
            "env_file",
            "environment",
            "healthcheck",
            "image",
            "logging",
            "networks",
            "ports",
            "read_only",
            "restart",
            "security_opt",
            "shm_size",
            "stop_grace_period",
            "tmpfs",
            "user",
            "volumes");

    private static final Set<String> OURS =
            ServiceAccess.all().stream().map(ServiceAccess::user).collect(Collectors.toSet());

    private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:v?[0-9]+\\.[0-9]+\\.?[0-9]*(-[a-z]+)?");
    private static final Pattern CREATED = Pattern.compile("(?:create|derive) \"?([a-z$-]+\\.[a-z]+)");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^([A-Z_]+)=");

    private static JsonNode file = MissingNode.getInstance();

    @BeforeAll
    static void read() throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        Object content = new Yaml(new SafeConstructor(strict)).load(text("docker-compose.yml"));
        file = new JsonMapper().valueToTree(content);
    }

    @Test
    void containsOnlyKnownKeys() {
        assertThat(file.propertyNames())
                .filteredOn(key -> !key.startsWith("x-"))
                .containsExactlyInAnyOrder("name", "services", "networks", "volumes");
        assertThat(file.path("services").properties())
                .isNotEmpty()
                .allSatisfy(service -> assertThat(SERVICE_KEYS)
                        .as(service.getKey())
                        .containsAll(service.getValue().propertyNames()));
    }

    @Test
    void pinsEachImage() {
        assertThat(file.path("services").values())
                .isNotEmpty()
                .allSatisfy(
                        service -> assertThat(service.path("image").asString()).matches(PINNED));
    }

    @Test
    void pinsTheBaseImagesOfTheDockerfile() throws IOException {
        List<String> bases = Pattern.compile("(?m)^FROM (\\S+:\\S+)")
                .matcher(text("Dockerfile"))
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(bases).isNotEmpty().allMatch(base -> base.matches("eclipse-temurin:25\\.\\d+\\.\\d+_\\d+-j.*"));
    }

    @Test
    void runsTwoHardenedInstancesOfEachService() {
        assertThat(OURS).hasSize(4).allSatisfy(name -> {
            JsonNode service = service(name);
            assertThat(service.path("read_only").asBoolean()).isTrue();
            assertThat(service.path("cap_drop").path(0).asString()).isEqualTo("ALL");
            assertThat(service.path("deploy").path("replicas").asInt()).isEqualTo(2);
            assertThat(service.path("build").path("args").path("SERVICE").asString())
                    .isEqualTo(name);
        });
    }

    @Test
    void givesEachServiceItsOwnKafkaUser() {
        assertThat(OURS)
                .allSatisfy(name -> assertThat(strings(service(name).path("volumes")))
                        .filteredOn(volume -> volume.contains("kafka"))
                        .containsExactly(
                                "./deploy/secrets/kafka-" + name + ".properties:/run/secrets/kafka.properties:ro"));
    }

    @Test
    void setsOnlyDocumentedVariables() throws IOException {
        String page = text("docs/configuration.md") + text("docs/metrics.md");
        Set<String> set = new TreeSet<>();
        for (String made : List.of("services.env", "encryption-key.env", "api-gateway.env", "operator.env")) {
            set.addAll(variables(made));
        }
        OURS.forEach(name -> set.addAll(service(name).path("environment").propertyNames()));

        assertThat(set).contains("DATABASE_URL", "ENCRYPTION_KEY", "OPERATOR_TOKEN", "KAFKA_CLIENT_PROPERTIES");
        assertThat(set).allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }

    /** So that no step for another secret can replace it. */
    @Test
    void storesTheEncryptionKeyInAFileOfItsOwn() throws IOException {
        assertThat(variables("encryption-key.env")).containsExactly("ENCRYPTION_KEY");
        assertThat(text("deploy/make-secrets")).contains("\npermanent=\"encryption-key.env ");
        assertThat(OURS)
                .allSatisfy(name -> assertThat(strings(service(name).path("env_file")))
                        .contains("deploy/secrets/encryption-key.env"));
    }

    @Test
    void opensPortsOnLoopbackOnly() {
        List<String> ports = new ArrayList<>();
        file.path("services").values().forEach(service -> ports.addAll(strings(service.path("ports"))));

        assertThat(ports)
                .isNotEmpty()
                .allMatch(port -> port.startsWith("${BIND:-127.0.0.1}:") || port.startsWith("127.0.0.1:"));
    }

    @Test
    void mountsFilesThatExistOrThatTheScriptMakes() throws IOException {
        Set<String> made = CREATED.matcher(text("deploy/make-secrets"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        made.addAll(Set.of("tls.crt", "tls.key"));
        OURS.forEach(name -> made.add("kafka-" + name + ".properties"));

        List<String> sources = new ArrayList<>();
        file.path("services").values().forEach(service -> {
            sources.addAll(strings(service.path("env_file")));
            strings(service.path("volumes")).stream()
                    .filter(volume -> volume.startsWith("./"))
                    .map(volume -> volume.substring(2, volume.indexOf(':')))
                    .forEach(sources::add);
        });

        assertThat(sources).isNotEmpty().allSatisfy(source -> {
            if (source.startsWith("deploy/secrets/")) {
                assertThat(made).contains(source.substring("deploy/secrets/".length()));
            } else {
                assertThat(ModuleTable.PROJECT.resolve(source)).exists();
            }
        });
    }

    @Test
    void toleratesTheLossOfOneBroker() {
        for (String broker : List.of("kafka-1", "kafka-2", "kafka-3")) {
            JsonNode settings = service(broker).path("environment");
            for (String replicas : List.of(
                    "KAFKA_DEFAULT_REPLICATION_FACTOR",
                    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR",
                    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR")) {
                assertThat(settings.path(replicas).asInt()).as(replicas).isEqualTo(3);
            }
            assertThat(settings.path("KAFKA_MIN_INSYNC_REPLICAS").asInt()).isEqualTo(2);
            assertThat(settings.path("KAFKA_AUTO_CREATE_TOPICS_ENABLE").asString())
                    .isEqualTo("false");
        }
        assertThat(service("cluster-setup").path("command").toString())
                .contains("topics --replication 3 --min-in-sync 2");
    }

    /** Returns the variables of a file that the script makes. */
    private static Set<String> variables(String file) throws IOException {
        String script = text("deploy/make-secrets");
        int start = script.indexOf(" " + file + " <<TEXT");
        return VARIABLE.matcher(script.substring(start, script.indexOf("\nTEXT", start)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static JsonNode service(String name) {
        return file.path("services").path(name);
    }

    /** Returns the texts of a list, or a text as a list of one. */
    private static List<String> strings(JsonNode value) {
        return value.isString()
                ? List.of(value.asString())
                : value.values().stream().map(JsonNode::asString).toList();
    }

    private static String text(String path) throws IOException {
        return Files.readString(ModuleTable.PROJECT.resolve(path));
    }
}
