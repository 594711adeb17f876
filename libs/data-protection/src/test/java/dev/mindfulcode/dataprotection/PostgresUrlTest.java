package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PostgresUrlTest {

    @Test
    void returnsTheFormOfEachDriver() {
        PostgresUrl url = PostgresUrl.parse("postgresql://mindful:s%40cret+1@db.example:5433/mindful?sslmode=require");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:5433/mindful?sslmode=require");
        assertThat(url.r2dbcUrl())
                .isEqualTo("r2dbc:postgresql://mindful:s%40cret+1@db.example:5433/mindful?sslmode=require");
        assertThat(url.user()).isEqualTo("mindful");
        assertThat(url.password()).isEqualTo("s@cret+1");
    }

    @Test
    void acceptsShortSchemeWithoutPortAndPassword() {
        PostgresUrl url = PostgresUrl.parse("postgres://mindful@localhost/mindful");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost/mindful");
        assertThat(url.password()).isNull();
    }

    @Test
    void textDoesNotContainThePassword() {
        assertThat(PostgresUrl.parse("postgresql://mindful:geheim@localhost/mindful")
                        .toString())
                .doesNotContain("geheim");
    }

    @Test
    void rejectsOtherFormsWithoutRepeatingThem() {
        for (String text : new String[] {
            "",
            "mindful",
            "mysql://a:geheim@localhost/b",
            "postgresql://localhost/b",
            "postgresql://a:geheim@localhost",
            "postgresql://a:geheim@localhost/",
            "postgresql://a:geheim @localhost/b",
            "jdbc:postgresql://localhost/b"
        }) {
            assertThatThrownBy(() -> PostgresUrl.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasNoCause()
                    .hasMessageContaining("postgresql://user:password@host:5432/database")
                    .hasMessageNotContaining("geheim");
        }
    }
}
