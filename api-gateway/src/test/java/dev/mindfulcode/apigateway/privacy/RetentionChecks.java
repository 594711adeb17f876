package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.accounts.AccountDetails;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.ApplicationContext;

/** Runs a gateway's retention job now, for tests of other packages. */
public final class RetentionChecks {

    private RetentionChecks() {}

    public static void run(ApplicationContext gateway) throws SQLException {
        RetentionJob job = gateway.getBean(RetentionJob.class);
        job.storeActivity();
        boolean _ = job.check(() -> false);
    }

    /** Runs the job; before each purge that it decides on, something else happens. */
    public static void runAnd(ApplicationContext gateway, Runnable beforePurge) throws SQLException {
        ActivityRecorder recorder = gateway.getBean(ActivityRecorder.class);
        boolean _ = new RetentionJob(
                        gateway.getBean(Database.class).blocking(),
                        recorder,
                        gateway.getBean(SettingsHistory.class),
                        (userId, condition) -> {
                            beforePurge.run();
                            return gateway.getBean(Purge.class).beginIf(userId, condition);
                        },
                        null,
                        InstantSource.system(),
                        new SimpleMeterRegistry())
                .check(() -> false);
    }

    /** Runs the job as in a gateway with a mail server. */
    public static void run(ApplicationContext gateway, String smtpUrl) throws SQLException {
        gateway.getBean(RetentionJob.class).storeActivity();
        NoticeMail mail = Objects.requireNonNull(
                NoticeMail.of(SmtpSettings.parse(smtpUrl, "Mindful Code <notices@example.com>")));
        boolean _ = job(gateway, new RetentionJob.Mailing(mail::send, gateway.getBean(AccountDetails.class)))
                .check(() -> false);
    }

    /**
     * Runs one job several times as in a gateway whose mail server has the same outcome for each address. Returns the
     * users to whom a notice was sent or tried to be, by check.
     */
    public static List<Set<UUID>> run(ApplicationContext gateway, String outcome, int checks) throws SQLException {
        gateway.getBean(RetentionJob.class).storeActivity();
        Set<UUID> tried = new HashSet<>();
        RetentionJob job = job(
                gateway,
                new RetentionJob.Mailing(
                        (notice, _) -> {
                            tried.add(notice.userId());
                            return NoticeMail.Outcome.valueOf(outcome);
                        },
                        gateway.getBean(AccountDetails.class)));
        List<Set<UUID>> byCheck = new ArrayList<>();
        for (int i = 0; i < checks; i++) {
            boolean _ = job.check(() -> false);
            byCheck.add(Set.copyOf(tried));
            tried.clear();
        }
        return byCheck;
    }

    private static RetentionJob job(ApplicationContext gateway, RetentionJob.Mailing mailing) {
        return new RetentionJob(
                gateway.getBean(Database.class).blocking(),
                new ActivityRecorder(),
                gateway.getBean(SettingsHistory.class),
                gateway.getBean(Purge.class)::beginIf,
                mailing,
                InstantSource.system(),
                new SimpleMeterRegistry());
    }
}
