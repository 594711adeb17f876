package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class StandingConnectionTest {

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicBoolean isSetterFailing = new AtomicBoolean();

    private final StandingConnection connection = new StandingConnection(source(), true);

    @Test
    void repeatsAQueryOnANewConnection() throws SQLException {
        assertThat(connection.<Integer>run(_ -> 1)).isOne();
        AtomicBoolean isFirst = new AtomicBoolean(true);
        assertThat(connection.<Integer>run(_ -> {
                    if (isFirst.getAndSet(false)) {
                        throw new SQLException("closed by the server");
                    }
                    return 2;
                }))
                .isEqualTo(2);
        assertThat(opened).hasValue(2);
        assertThat(closed).hasValue(1);
        connection.close();
        assertThat(closed).hasValue(2);
    }

    @Test
    void opensNothingOnceClosedDuringAQuery() throws SQLException {
        assertThat(connection.<Integer>run(_ -> 1)).isOne();
        assertThatThrownBy(() -> connection.run(_ -> {
                    connection.close();
                    throw new SQLException("closed");
                }))
                .isInstanceOf(SQLException.class);
        assertThat(closed).as("of %s opened", opened).hasValue(opened.get());
        assertThatThrownBy(() -> connection.run(_ -> 1)).isInstanceOf(SQLException.class);
        assertThat(closed).hasValue(opened.get());
    }

    @Test
    void closesAConnectionThatCannotBeSet() {
        isSetterFailing.set(true);
        assertThatThrownBy(() -> connection.run(_ -> 1)).isInstanceOf(SQLException.class);
        assertThat(opened).hasValue(1);
        assertThat(closed).hasValue(1);
    }

    private DataSource source() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (_, method, _) -> {
                    if (!method.getName().equals("getConnection")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    opened.incrementAndGet();
                    return open();
                });
    }

    private Connection open() {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (_, method, _) -> {
                    switch (method.getName()) {
                        case "close" -> closed.incrementAndGet();
                        case "setNetworkTimeout" -> {
                            if (isSetterFailing.get()) {
                                throw new SQLException("network timeout not set");
                            }
                        }
                        case "setReadOnly" -> {
                            // Nothing is written.
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
    }
}
