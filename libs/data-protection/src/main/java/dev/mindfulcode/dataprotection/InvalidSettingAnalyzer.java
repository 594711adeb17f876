package dev.mindfulcode.dataprotection;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Reports a setting that its settings record rejects by the message of that record alone. Spring Boot's own report
 * would print the value, which may be a secret.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidSettingAnalyzer extends AbstractFailureAnalyzer<BindException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            if (e instanceof BeanInstantiationException rejected) {
                return new FailureAnalysis(
                        String.valueOf(rejected.getMostSpecificCause().getMessage()), null, rootFailure);
            }
        }
        return null;
    }
}
