package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(300)
class DemoTypistTest {

    private static final long SEED = 1;

    @TempDir
    Path folder;

    @Test
    void logsFailuresOnce() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(event.getFormattedMessage());
            }
        };
        appender.start();
        Logger log = (Logger) LoggerFactory.getLogger(DemoTypist.class);
        log.addAppender(appender);
        try (StubServer server = new StubServer()) {
            server.overloaded.set(3);
            try (DemoTypist typist = DemoTypist.start(server.uri(), folder, SEED)) {
                assertThat(lines.poll(30, TimeUnit.SECONDS))
                        .isEqualTo("Demo typist: POST /api/auth/register failed (status 503); retrying");
                assertThat(typist.email()).isNotBlank();
            }
            assertThat(server.overloaded.get()).as("it tried again, in silence").isLessThan(3);
            assertThat(lines).isEmpty();
        } finally {
            log.detachAppender(appender);
        }
    }
}
