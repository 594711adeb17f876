package dev.mindfulcode.cli.cluster;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.schemas.ServiceAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mindful acls}: gives each service's Kafka user what it needs, and no more. */
@Command(
        name = "acls",
        mixinStandardHelpOptions = true,
        description = {
            "Gives the Kafka users api-gateway, ingest-service, flow-stream and projection-service the access that they"
                    + " need, and removes any other. Access of other users does not change. Requires an authorizer.",
            "Exit code 3: --dry-run found differences."
        })
public final class AclsCommand extends CliCommand implements Callable<Integer> {

    private static final int TIMEOUT_SECONDS = 60;
    private static final int SCRAM_ITERATIONS = 8192;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--users",
            paramLabel = "FILE",
            description = "Also set the passwords (SCRAM-SHA-512) of a properties file with lines USER=PASSWORD.")
    private @Nullable Path users;

    @Option(names = "--dry-run", description = "Print the differences and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Properties passwords = users == null ? new Properties() : read(users);
        return cluster.call(admin -> run(admin, passwords));
    }

    private static Properties read(Path file) {
        Properties passwords = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            passwords.load(reader);
        } catch (IOException e) {
            throw new UserErrorException(file + " cannot be read; must have lines USER=PASSWORD.", e);
        }
        return passwords;
    }

    private int run(Admin admin, Properties passwords) {
        PrintWriter out = out();
        Set<AclBinding> wanted = new HashSet<>();
        Set<AclBinding> present = new HashSet<>();
        for (ServiceAccess service : ServiceAccess.all()) {
            wanted.addAll(service.acls());
            present.addAll(present(admin, service));
        }
        List<AclBinding> missing =
                wanted.stream().filter(acl -> !present.contains(acl)).toList();
        List<AclBinding> superfluous =
                present.stream().filter(acl -> !wanted.contains(acl)).toList();
        List<String> absent = withoutPassword(admin, passwords);
        List<String> differences = new ArrayList<>(
                new TreeSet<>(missing.stream().map(acl -> inWords(acl, "lacks")).toList()));
        superfluous.forEach(acl -> differences.add(inWords(acl, "has, without need,")));
        absent.forEach(user -> differences.add(user + " has no password"));
        if (dryRun) {
            return Differences.report(out, "Access", differences);
        }
        get(admin.createAcls(missing).all());
        get(admin.deleteAcls(superfluous.stream().map(AclBinding::toFilter).toList())
                .all());
        setPasswords(admin, passwords);
        differences.forEach(difference -> out.println("Corrected: " + difference));
        out.println("Access: " + differences.size() + " corrected, " + passwords.size() + " passwords set.");
        out.flush();
        return ExitCode.OK;
    }

    private static Collection<AclBinding> present(Admin admin, ServiceAccess service) {
        return get(admin.describeAcls(new AclBindingFilter(
                        ResourcePatternFilter.ANY,
                        new AccessControlEntryFilter(
                                "User:" + service.user(), null, AclOperation.ANY, AclPermissionType.ANY)))
                .values());
    }

    private static String inWords(AclBinding acl, String verb) {
        return acl.entry().principal().substring("User:".length()) + " " + verb + " "
                + acl.entry().operation() + " on "
                + acl.pattern().resourceType() + " " + acl.pattern().name()
                + (acl.pattern().patternType() == PatternType.PREFIXED ? "*" : "");
    }

    private static List<String> withoutPassword(Admin admin, Properties passwords) {
        if (passwords.isEmpty()) {
            return List.of();
        }
        Set<String> known = new HashSet<>();
        get(admin.describeUserScramCredentials().all()).forEach((user, credentials) -> {
            if (credentials.credentialInfos().stream()
                    .map(ScramCredentialInfo::mechanism)
                    .anyMatch(ScramMechanism.SCRAM_SHA_512::equals)) {
                known.add(user);
            }
        });
        return passwords.stringPropertyNames().stream()
                .filter(user -> !known.contains(user))
                .sorted()
                .toList();
    }

    private static void setPasswords(Admin admin, Properties passwords) {
        List<UserScramCredentialAlteration> alterations = new ArrayList<>();
        for (String user : passwords.stringPropertyNames()) {
            alterations.add(new UserScramCredentialUpsertion(
                    user,
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS),
                    passwords.getProperty(user)));
        }
        if (!alterations.isEmpty()) {
            get(admin.alterUserScramCredentials(alterations).all());
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new KafkaException("refused: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new KafkaException("no response within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }
}
