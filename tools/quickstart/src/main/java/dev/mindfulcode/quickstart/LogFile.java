package dev.mindfulcode.quickstart;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * The log file of a run: a file, five of at most 10 MB in all, so that the terminal shows what the person needs
 * to know.
 */
final class LogFile {

    private static final String SIZE_MAX = "10MB";
    private static final int OLD_FILES_MAX = 4;

    private LogFile() {}

    /** Keeps Spring Boot from setting up logging of its own with each context, then sends the log to the file. */
    static void open(Path file) {
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("Logback is not what SLF4J found");
        }
        context.reset();

        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());

        FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file + ".%i");
        rolling.setMinIndex(1);
        rolling.setMaxIndex(OLD_FILES_MAX);
        rolling.start();
        appender.setRollingPolicy(rolling);

        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf(SIZE_MAX));
        trigger.start();
        appender.setTriggeringPolicy(trigger);

        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level [%thread] %logger{30} %msg%n");
        encoder.start();
        appender.setEncoder(encoder);
        appender.start();

        context.getLogger("ROOT").setLevel(Level.WARN);
        context.getLogger("dev.mindfulcode").setLevel(Level.INFO);
        context.getLogger("ROOT").addAppender(appender);
    }
}
