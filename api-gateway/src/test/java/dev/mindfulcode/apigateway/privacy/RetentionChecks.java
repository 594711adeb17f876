package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.accounts.AccountDetails;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Objects;
import org.springframework.context.ApplicationContext;

/** Runs a gateway's retention job now, for tests of other packages. */
public final class RetentionChecks {

    private RetentionChecks() {}

    public static void run(ApplicationContext gateway) throws SQLException {
        RetentionJob job = gateway.getBean(RetentionJob.class);
        job.storeActivity();
        job.check();
    }

    /** Runs the job as in a gateway with a mail server. */
    public static void run(ApplicationContext gateway, String smtpUrl) throws SQLException {
        gateway.getBean(RetentionJob.class).storeActivity();
        NoticeMail mail = Objects.requireNonNull(
                NoticeMail.of(SmtpSettings.parse(smtpUrl, "Mindful Code <notices@example.com>")));
        new RetentionJob(
                        gateway.getBean(Database.class).blocking(),
                        new ActivityRecorder(),
                        gateway.getBean(SettingsHistory.class),
                        userId -> gateway.getBean(Purge.class).begin(userId, null),
                        new RetentionJob.Mailing(mail, gateway.getBean(AccountDetails.class)),
                        InstantSource.system(),
                        new SimpleMeterRegistry())
                .check();
    }
}
