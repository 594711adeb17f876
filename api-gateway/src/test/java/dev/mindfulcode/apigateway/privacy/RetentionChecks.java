package dev.mindfulcode.apigateway.privacy;

import java.sql.SQLException;
import org.springframework.context.ApplicationContext;

/** Runs a gateway's retention job now, for tests of other packages. */
public final class RetentionChecks {

    private RetentionChecks() {}

    public static void run(ApplicationContext gateway) throws SQLException {
        RetentionJob job = gateway.getBean(RetentionJob.class);
        job.storeActivity();
        job.check();
    }
}
