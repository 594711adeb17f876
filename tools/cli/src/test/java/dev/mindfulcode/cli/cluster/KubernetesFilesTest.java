package dev.mindfulcode.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mindfulcode.schemas.ServiceAccess;
import dev.mindfulcode.schemas.TopicLayout;
import dev.mindfulcode.schemas.Topics;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import io.strimzi.api.kafka.model.user.KafkaUserAuthorizationSimple;
import io.strimzi.api.kafka.model.user.acl.AclRule;
import io.strimzi.api.kafka.model.user.acl.AclRuleGroupResource;
import io.strimzi.api.kafka.model.user.acl.AclRuleTopicResource;
import io.strimzi.api.kafka.model.user.acl.AclRuleTransactionalIdResource;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBinding;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Parses deploy/kubernetes into the typed models of Kubernetes and its operators, without fields that they do not know,
 * and holds it to the services, the topics, their access and the compose file. Starts nothing.
 */
final class KubernetesFilesTest {

    private static final Path ROOT = root();

    private static final Map<String, Class<?>> MODELS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("gateway.networking.k8s.io/v1/Gateway", Gateway.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("kafka.strimzi.io/v1/Kafka", Kafka.class),
            Map.entry("kafka.strimzi.io/v1/KafkaNodePool", KafkaNodePool.class),
            Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class),
            Map.entry("postgresql.cnpg.io/v1/Cluster", OperatorModels.PostgresCluster.class),
            Map.entry("postgresql.cnpg.io/v1/Database", OperatorModels.Database.class),
            Map.entry("postgresql.cnpg.io/v1/ScheduledBackup", OperatorModels.ScheduledBackup.class),
            Map.entry("keda.sh/v1alpha1/ScaledObject", OperatorModels.ScaledObject.class));

    /** Secrets that operators make: of the database's owner, of each Kafka user, of the cluster's authority. */
    private static final Set<String> MADE_BY_OPERATORS = Set.of("postgres-app", "mindful-cluster-ca-cert");

    private static List<JsonNode> base = List.of();
    private static List<JsonNode> production = List.of();

    @BeforeAll
    static void build() throws IOException {
        base = Kustomization.build(ROOT.resolve("deploy/kubernetes/base"));
        production = Kustomization.build(ROOT.resolve("deploy/kubernetes/production"));
    }

    @Test
    void parsesEachResourceStrictly() throws Exception {
        assertThat(production).hasSizeGreaterThan(base.size());
        for (JsonNode resource : production) {
            typed(resource);
        }
    }

    @Test
    void refusesAFieldThatAModelDoesNotKnow() {
        for (String path : List.of("/spec", "/metadata")) {
            for (String kind : Set.of("Deployment", "Kafka", "KafkaUser", "KafkaTopic", "ScaledObject", "Cluster")) {
                JsonNode changed = all(kind).getFirst().deepCopy();
                ((ObjectNode) changed.at(path)).put("noSuchField", 1);
                assertThatThrownBy(() -> typed(changed))
                        .as(kind + path)
                        .satisfiesAnyOf(
                                e -> assertThat(e).isInstanceOf(JsonProcessingException.class),
                                e -> assertThat(e).isInstanceOf(AssertionError.class))
                        .hasMessageContaining("noSuchField");
            }
        }
    }

    @Test
    void usesEveryFileOfTheFolders() throws IOException {
        for (String folder : List.of("base", "tiered-storage", "production")) {
            Path path = ROOT.resolve("deploy/kubernetes").resolve(folder);
            String kustomization = Files.readString(path.resolve("kustomization.yaml"));
            try (Stream<Path> files = Files.list(path)) {
                assertThat(files.map(file -> file.getFileName().toString())
                                .filter(name -> !name.equals("kustomization.yaml")))
                        .isNotEmpty()
                        .allSatisfy(name -> assertThat(kustomization).containsPattern("(- |path: )" + name + "\\b"));
            }
        }
    }

    @Test
    void declaresTheTopicsOfTheCatalogue() throws Exception {
        TopicLayout layout = new TopicLayout(12, 3, 2);
        List<KafkaTopic> topics = typed(base, KafkaTopic.class);

        assertThat(topics).hasSameSizeAs(Topics.all());
        for (var topic : Topics.all()) {
            KafkaTopic declared = topics.stream()
                    .filter(candidate -> candidate.getMetadata().getName().equals(topic.name()))
                    .findFirst()
                    .orElseThrow();
            var wanted = layout.newTopic(topic);
            assertThat(declared.getSpec().getPartitions()).as(topic.name()).isEqualTo(wanted.numPartitions());
            assertThat(declared.getSpec().getReplicas().shortValue()).isEqualTo(wanted.replicationFactor());
            Map<String, String> settings = new TreeMap<>();
            declared.getSpec().getConfig().forEach((name, value) -> settings.put(name, String.valueOf(value)));
            assertThat(settings).as(topic.name()).isEqualTo(wanted.configs());
        }
    }

    @Test
    void tiersExactlyTheTopicsThatAreStoredForEver() throws Exception {
        Set<String> forEver = Topics.all().stream()
                .filter(topic -> topic.retention() == null && !topic.compacted())
                .map(topic -> topic.name())
                .collect(Collectors.toSet());

        assertThat(typed(production, KafkaTopic.class).stream()
                        .filter(topic -> "true"
                                .equals(String.valueOf(
                                        topic.getSpec().getConfig().get("remote.storage.enable"))))
                        .map(topic -> topic.getMetadata().getName()))
                .containsExactlyInAnyOrderElementsOf(forEver);
        assertThat(typed(production, Kafka.class)
                        .getFirst()
                        .getSpec()
                        .getKafka()
                        .getTieredStorage())
                .isNotNull();
    }

    @Test
    void givesEachServiceTheAccessOfTheCatalogue() throws Exception {
        List<KafkaUser> users = typed(base, KafkaUser.class);

        assertThat(users.stream().map(user -> user.getMetadata().getName()))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(ServiceAccess.all().stream().map(ServiceAccess::user), Stream.of("cluster-check"))
                                .toList());
        for (ServiceAccess access : ServiceAccess.all()) {
            KafkaUser user = users.stream()
                    .filter(candidate -> candidate.getMetadata().getName().equals(access.user()))
                    .findFirst()
                    .orElseThrow();
            assertThat(rules(user))
                    .as(access.user())
                    .isEqualTo(access.acls().stream()
                            .map(KubernetesFilesTest::inWords)
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
        KafkaUser check = users.stream()
                .filter(user -> user.getMetadata().getName().equals("cluster-check"))
                .findFirst()
                .orElseThrow();
        assertThat(rules(check)).containsExactly("DESCRIBE TOPIC LITERAL *", "DESCRIBECONFIGS TOPIC LITERAL *");
    }

    private static Set<String> rules(KafkaUser user) {
        Set<String> rules = new TreeSet<>();
        for (AclRule rule : ((KafkaUserAuthorizationSimple) user.getSpec().getAuthorization()).getAcls()) {
            String resource = switch (rule.getResource()) {
                case AclRuleTopicResource topic -> "TOPIC " + pattern(topic.getPatternType()) + " " + topic.getName();
                case AclRuleGroupResource group -> "GROUP " + pattern(group.getPatternType()) + " " + group.getName();
                case AclRuleTransactionalIdResource id ->
                    "TRANSACTIONAL_ID " + pattern(id.getPatternType()) + " " + id.getName();
                default -> throw new AssertionError("unexpected resource in " + rule);
            };
            rule.getOperations().forEach(operation -> rules.add(operation.name() + " " + resource));
        }
        return rules;
    }

    private static String pattern(Object type) {
        return String.valueOf(type).equalsIgnoreCase("prefix") ? "PREFIXED" : "LITERAL";
    }

    private static String inWords(AclBinding acl) {
        return acl.entry().operation().name().replace("_", "") + " "
                + acl.pattern().resourceType() + " " + acl.pattern().patternType() + " "
                + acl.pattern().name();
    }

    @Test
    void hardensEachPodOfOurs() throws Exception {
        Map<String, PodSpec> pods = pods();
        assertThat(pods)
                .containsOnlyKeys(
                        "api-gateway",
                        "ingest-service",
                        "flow-stream",
                        "projection-service",
                        "registry",
                        "redis",
                        "cluster-check");
        pods.forEach((name, pod) -> {
            assertThat(pod.getAutomountServiceAccountToken()).as(name).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(containers(pod)).isNotEmpty().allSatisfy(container -> {
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
            });
        });
    }

    @Test
    void mountsOnlyVolumesThatAPodHas() throws Exception {
        List<StatefulSet> sets = typed(base, StatefulSet.class);
        pods().forEach((name, pod) -> {
            Set<String> volumes =
                    pod.getVolumes().stream().map(volume -> volume.getName()).collect(Collectors.toSet());
            sets.stream()
                    .filter(set -> set.getMetadata().getName().equals(name))
                    .flatMap(set -> set.getSpec().getVolumeClaimTemplates().stream())
                    .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            Set<String> mounted = containers(pod)
                    .flatMap(container -> container.getVolumeMounts().stream())
                    .map(mount -> mount.getName())
                    .collect(Collectors.toSet());
            assertThat(mounted).as(name).isEqualTo(volumes);
        });
    }

    @Test
    void probesTheManagementPortOfTheImageAndStopsInTime() throws Exception {
        String exposed = text("Dockerfile");
        for (ServiceAccess service : ServiceAccess.all()) {
            PodSpec pod = Objects.requireNonNull(pods().get(service.user()));
            Container container = pod.getContainers().getFirst();
            Map<String, Integer> ports = new HashMap<>();
            container.getPorts().forEach(port -> ports.put(port.getName(), port.getContainerPort()));
            assertThat(exposed).containsPattern("EXPOSE .*\\b" + ports.get("management") + "\\b");
            if (ports.containsKey("http")) {
                assertThat(exposed).containsPattern("EXPOSE .*\\b" + ports.get("http") + "\\b");
                assertThat(container.getLifecycle().getPreStop().getSleep().getSeconds())
                        .isPositive();
            }
            assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/livez");
            assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
            assertThat(Stream.of(
                            container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe()))
                    .allMatch(probe -> probe.getHttpGet().getPort().getStrVal().equals("management"));
            assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(30);
            assertThat(pod.getTopologySpreadConstraints()).hasSize(2);
        }
    }

    @Test
    void namesTheImagesOfTheComposeFile() throws Exception {
        String compose = text("docker-compose.yml");
        Set<String> images = pods().values().stream()
                .flatMap(KubernetesFilesTest::containers)
                .map(Container::getImage)
                .collect(Collectors.toSet());

        assertThat(images).hasSize(7).allSatisfy(image -> assertThat(compose).contains("image: " + image + "\n"));
        assertThat(text("deploy/kubernetes/base/kafka.yaml"))
                .containsPattern("version: " + version(compose, "apache/kafka"));
        assertThat(text("deploy/kubernetes/base/postgres.yaml"))
                .contains("postgresql:" + version(compose, "postgres") + "-");
    }

    private static String version(String compose, String image) {
        var matcher =
                Pattern.compile("image: " + Pattern.quote(image) + ":([0-9.]+)").matcher(compose);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    @Test
    void setsOnlyDocumentedVariables() throws Exception {
        String page = text("docs/configuration.md") + text("docs/metrics.md");
        Set<String> set =
                new TreeSet<>(typed(base, ConfigMap.class).getFirst().getData().keySet());
        for (ServiceAccess service : ServiceAccess.all()) {
            Objects.requireNonNull(pods().get(service.user())).getContainers().getFirst().getEnv().stream()
                    .map(EnvVar::getName)
                    .filter(name ->
                            !Set.of("DATABASE_USER", "DATABASE_PASSWORD").contains(name))
                    .forEach(set::add);
        }

        assertThat(set).contains("DATABASE_URL", "ENCRYPTION_KEY", "OPERATOR_TOKEN", "KAFKA_CLIENT_PROPERTIES");
        assertThat(set).allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }

    @Test
    void describesEachSecretThatNoOperatorMakes() throws Exception {
        String page = text("docs/operations.md");
        Set<String> users = typed(base, KafkaUser.class).stream()
                .map(user -> user.getMetadata().getName())
                .collect(Collectors.toSet());
        Set<String> secrets = new TreeSet<>();
        for (JsonNode resource : base) {
            resource.findValues("secretKeyRef")
                    .forEach(reference -> secrets.add(reference.path("name").asText()));
            resource.findValues("secretName").forEach(name -> secrets.add(name.asText()));
            resource.findValues("passwordSecret")
                    .forEach(reference -> secrets.add(reference.path("name").asText()));
            resource.findValues("certificateRefs")
                    .forEach(reference -> secrets.add(reference.at("/0/name").asText()));
        }
        secrets.removeAll(users);
        secrets.removeAll(MADE_BY_OPERATORS);

        assertThat(secrets)
                .containsExactlyInAnyOrder(
                        "encryption-key", "operator", "redis", "registry-database", "front-door-tls");
        assertThat(secrets)
                .allSatisfy(secret -> assertThat(page).containsPattern("create secret [a-z]+ " + secret + " "));
    }

    @Test
    void scalesAndProtectsEachService() throws Exception {
        String metrics = text("docs/metrics.md");
        List<String> budgets = typed(base, PodDisruptionBudget.class).stream()
                .map(budget -> budget.getSpec().getSelector().getMatchLabels().get("app.kubernetes.io/name"))
                .toList();
        Set<String> scaled = new TreeSet<>();
        typed(base, HorizontalPodAutoscaler.class)
                .forEach(scaler ->
                        scaled.add(scaler.getSpec().getScaleTargetRef().getName()));
        for (OperatorModels.ScaledObject object : typed(base, OperatorModels.ScaledObject.class)) {
            scaled.add(object.spec().scaleTargetRef().name());
            assertThat(object.spec().maxReplicaCount()).isLessThanOrEqualTo(12);
            var metric = Pattern.compile("mindful_\\w+")
                    .matcher(object.spec().triggers().getFirst().metadata().query());
            assertThat(metric.find()).isTrue();
            assertThat(metrics).contains("| `" + metric.group() + "` |");
        }
        List<String> services =
                ServiceAccess.all().stream().map(ServiceAccess::user).toList();

        assertThat(budgets).containsExactlyInAnyOrderElementsOf(services);
        assertThat(scaled).containsExactlyInAnyOrderElementsOf(services);
    }

    @Test
    void grantsTheOwnerOfTheDatabaseWhatTheComposeFileDoes() throws Exception {
        Set<String> grants = Pattern.compile("(?m)^(GRANT .*);$")
                .matcher(text("deploy/postgres/primary.sh"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(typed(base, OperatorModels.PostgresCluster.class)
                        .getFirst()
                        .spec()
                        .bootstrap()
                        .initdb()
                        .postInitApplicationSQL())
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(grants);
    }

    @Test
    void routesTheUploadsOfTheComposeFileToIngest() throws Exception {
        Set<String> uploads = Pattern.compile("location = (\\S+) \\{\\s+proxy_pass http://ingest;")
                .matcher(text("deploy/nginx/nginx.conf"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        var rule = typed(base, HTTPRoute.class).getFirst().getSpec().getRules().getFirst();

        assertThat(rule.getMatches().stream().map(match -> match.getPath().getValue()))
                .containsExactlyInAnyOrderElementsOf(uploads);
        assertThat(rule.getBackendRefs().getFirst().getName()).isEqualTo("ingest-service");
    }

    /** A pod whose policies all name other pods would reach nothing, or be reached by nobody. */
    @Test
    void selectsPodsThatExistInEachPolicy() throws Exception {
        Set<String> names = pods().keySet();
        List<NetworkPolicy> policies = typed(base, NetworkPolicy.class);
        List<Map<String, String>> selected = new ArrayList<>();
        for (JsonNode policy : all("NetworkPolicy")) {
            policy.findValues("matchLabels")
                    .forEach(labels -> selected.add(Kustomization.JSON.convertValue(
                            labels, new com.fasterxml.jackson.core.type.TypeReference<Map<String, String>>() {})));
        }

        assertThat(selected)
                .filteredOn(labels -> labels.containsKey("app.kubernetes.io/name"))
                .isNotEmpty()
                .allSatisfy(labels -> assertThat(names).contains(labels.get("app.kubernetes.io/name")));
        assertThat(policies.stream().map(policy -> policy.getMetadata().getName()))
                .containsAll(names)
                .contains("default-deny");
        NetworkPolicy all = policies.getFirst();
        assertThat(all.getMetadata().getName()).isEqualTo("default-deny");
        assertThat(all.getSpec().getIngress()).isEmpty();
        assertThat(all.getSpec().getEgress()).isEmpty();
        assertThat(all.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
    }

    private static Map<String, PodSpec> pods() throws Exception {
        Map<String, PodSpec> pods = new TreeMap<>();
        for (Deployment one : typed(base, Deployment.class)) {
            pods.put(one.getMetadata().getName(), one.getSpec().getTemplate().getSpec());
        }
        for (StatefulSet one : typed(base, StatefulSet.class)) {
            pods.put(one.getMetadata().getName(), one.getSpec().getTemplate().getSpec());
        }
        for (Job one : typed(base, Job.class)) {
            pods.put(one.getMetadata().getName(), one.getSpec().getTemplate().getSpec());
        }
        return pods;
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.of(pod.getInitContainers(), pod.getContainers()).flatMap(List::stream);
    }

    private static List<JsonNode> all(String kind) {
        return base.stream()
                .filter(resource -> resource.path("kind").asText().equals(kind))
                .toList();
    }

    private static <T> List<T> typed(List<JsonNode> resources, Class<T> type) throws Exception {
        List<T> found = new ArrayList<>();
        for (JsonNode resource : resources) {
            if (type == MODELS.get(model(resource))) {
                found.add(type.cast(typed(resource)));
            }
        }
        assertThat(found).as(type.getSimpleName()).isNotEmpty();
        return found;
    }

    private static String model(JsonNode resource) {
        return resource.path("apiVersion").asText() + "/"
                + resource.path("kind").asText();
    }

    /** Returns the object, and fails for a field that the model does not have. */
    private static Object typed(JsonNode resource) throws Exception {
        Class<?> model = MODELS.get(model(resource));
        assertThat(model).as(model(resource)).isNotNull();
        Object object = Kustomization.JSON.treeToValue(resource, Objects.requireNonNull(model));
        requireKnown(
                object, model(resource) + " " + resource.at("/metadata/name").asText());
        return object;
    }

    /** The models collect fields that they do not know instead of refusing them. */
    private static void requireKnown(Object value, String path) throws ReflectiveOperationException {
        switch (value) {
            case Collection<?> list -> {
                for (Object element : list) {
                    requireKnown(element, path + "[]");
                }
            }
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    if (entry.getValue() != null) {
                        requireKnown(entry.getValue(), path + "." + entry.getKey());
                    }
                }
            }
            default -> {
                if (isModel(value)) {
                    for (Method getter : value.getClass().getMethods()) {
                        if (isGetter(getter)) {
                            requireKnownField(value, getter, path);
                        }
                    }
                }
            }
        }
    }

    private static boolean isModel(Object value) {
        return value instanceof KubernetesResource
                || value.getClass().getName().startsWith("io.strimzi.api.")
                || value.getClass().getName().startsWith(OperatorModels.class.getName());
    }

    private static boolean isGetter(Method method) {
        return method.getParameterCount() == 0
                && (method.getName().startsWith("get")
                        || method.getDeclaringClass().isRecord()
                                && Stream.of(method.getDeclaringClass().getRecordComponents())
                                        .anyMatch(component ->
                                                component.getAccessor().equals(method)))
                && method.getDeclaringClass() != Object.class;
    }

    private static void requireKnownField(Object object, Method getter, String path)
            throws ReflectiveOperationException {
        Object value = getter.invoke(object);
        if (getter.getName().equals("getAdditionalProperties")) {
            assertThat((Map<?, ?>) value).as(path).isNullOrEmpty();
        } else if (value != null) {
            requireKnown(value, path + "." + getter.getName());
        }
    }

    private static String text(String path) throws IOException {
        return Files.readString(ROOT.resolve(path));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docker-compose.yml"))) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return folder;
    }
}
