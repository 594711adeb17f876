package dev.mindfulcode.projectionservice.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.projectionservice.Projections;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.readmodel.ProjectionBootstrap;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two builds with one row in each table and one difference. */
class ComparisonTest {

    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                   coalesce(a.attnum = ANY (i.indkey::smallint[]), false)
            FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = '%s'::regclass AND a.attnum > 0 AND a.attgenerated = ''
            """;

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = database.keys().create(UUID.randomUUID()).userId();
    private final UUID another = database.keys().create(UUID.randomUUID()).userId();

    private record Column(String name, String type, boolean isKey) {

        String value(UUID user) {
            return switch (type) {
                case "uuid" -> "'" + user + "'::uuid";
                case "text" -> "'paused'";
                case "timestamp with time zone" -> "timestamptz '2026-03-02T09:00:00Z'";
                case "date" -> "date '2026-03-02'";
                case "boolean" -> "false";
                case "bytea" -> "'\\x00'::bytea";
                default -> "0.5::" + type;
            };
        }

        String other(UUID another) {
            return switch (type) {
                case "uuid" -> "'" + another + "'::uuid";
                case "text" -> "'active'";
                case "timestamp with time zone" -> name + " + interval '1 microsecond'";
                case "date" -> name + " + 1";
                case "boolean" -> "NOT " + name;
                case "bytea" -> "'\\x01'::bytea";
                default -> name + " + 1";
            };
        }
    }

    static List<Projection> projections() {
        return Projections.ALL;
    }

    @ParameterizedTest
    @MethodSource("projections")
    void reportsDifferenceInAnyColumn(Projection projection) throws Exception {
        Build before = build(projection, 1);
        Build next = build(projection, 2);
        try (Connection connection = filled(projection, next)) {
            assertThat(compare(connection, before, next)).isNotEmpty().allMatch(ComparisonReport.Table::isIdentical);
            for (String table : projection.tables()) {
                List<Column> columns = columns(connection, table);
                assertThat(columns).hasSizeGreaterThan(1);
                for (Column column : columns) {
                    execute(
                            connection,
                            "UPDATE " + next.stagingTables().qualifiedName(table) + " SET " + column.name() + " = "
                                    + column.other(another));
                    List<ComparisonReport.Table> compared = compare(connection, before, next);
                    assertThat(compared)
                            .as(table + "." + column.name())
                            .filteredOn(one -> !one.isIdentical())
                            .singleElement()
                            .satisfies(different -> {
                                assertThat(different.name()).isEqualTo(table);
                                assertThat(List.of(different.rowsBefore(), different.rows()))
                                        .containsExactly(1L, 1L);
                                assertThat(List.of(different.missing(), different.added(), different.changed()))
                                        .isEqualTo(column.isKey() ? List.of(1L, 1L, 0L) : List.of(0L, 0L, 1L));
                                assertThat(different.examples()).hasSize(column.isKey() ? 2 : 1);
                            });
                    connection.rollback();
                }
            }
        }
    }

    @Test
    void countsRowsMissingOnEitherSide() throws Exception {
        Projection projection = Projections.ALL.stream()
                .filter(one -> one.name().equals("flow_periods"))
                .findFirst()
                .orElseThrow();
        Build before = build(projection, 1);
        Build next = build(projection, 2);
        try (Connection connection = filled(projection, next)) {
            execute(connection, "DELETE FROM " + next.stagingTables().qualifiedName("flow_periods"));
            assertThat(compare(connection, before, next).getFirst())
                    .satisfies(periods -> assertThat(
                                    List.of(periods.rowsBefore(), periods.rows(), periods.missing(), periods.added()))
                            .containsExactly(1L, 0L, 1L, 0L));
            connection.rollback();
            execute(connection, "DELETE FROM readmodel.flow_periods");
            assertThat(compare(connection, before, next).getFirst())
                    .satisfies(periods -> assertThat(
                                    List.of(periods.rowsBefore(), periods.rows(), periods.missing(), periods.added()))
                            .containsExactly(0L, 1L, 0L, 1L));
            connection.rollback();
            execute(connection, "DELETE FROM protection.user_keys");
            execute(connection, "DELETE FROM readmodel.flow_periods");
            assertThat(compare(connection, before, next))
                    .as("of whom was erased")
                    .allMatch(ComparisonReport.Table::isIdentical);
        }
    }

    @Test
    void reportsColumnsAndTablesOfOneSide() throws Exception {
        Projection projection = Projections.ALL.stream()
                .filter(one -> one.name().equals("flow_periods"))
                .findFirst()
                .orElseThrow();
        Build before = build(projection, 1);
        Build next = build(projection, 2);
        try (Connection connection = filled(projection, next)) {
            execute(
                    connection,
                    "ALTER TABLE " + next.stagingTables().qualifiedName("flow_periods") + " ADD COLUMN more text");
            assertThat(compare(connection, before, next).getFirst()).satisfies(periods -> {
                assertThat(periods.sameColumns()).isFalse();
                assertThat(periods.isIdentical()).isFalse();
                assertThat(periods.changed()).as("of what both have").isZero();
            });
            connection.rollback();
            Build fewer = new Build(projection.name(), 2, 1, List.of("flow_periods"), next.order());
            assertThat(compare(connection, before, fewer))
                    .filteredOn(one -> !one.isIdentical())
                    .singleElement()
                    .satisfies(gone -> assertThat(List.of(gone.rowsBefore(), gone.rows(), gone.missing()))
                            .containsExactly(1L, 0L, 1L));
            Build less = new Build(projection.name(), 1, 1, List.of("flow_periods"), next.order());
            assertThat(compare(connection, less, next))
                    .filteredOn(one -> !one.isIdentical())
                    .singleElement()
                    .satisfies(come -> assertThat(List.of(come.rowsBefore(), come.rows(), come.added()))
                            .containsExactly(0L, 1L, 1L));
        }
    }

    private static List<ComparisonReport.Table> compare(Connection connection, Build before, Build next)
            throws SQLException {
        return new Comparison(connection).compare(before, ReadModel.TABLES, next, next.stagingTables());
    }

    private static Build build(Projection projection, int number) {
        return new Build(projection.name(), number, 1, projection.tables(), new Build.Order(false, 100));
    }

    /** Returns a connection whose transaction has nothing in it, with the same row in the tables of both. */
    private Connection filled(Projection projection, Build next) throws SQLException {
        Connection connection = database.source().getConnection();
        connection.setAutoCommit(false);
        execute(connection, "CREATE SCHEMA " + next.stagingTables().schema());
        ProjectionBootstrap.create(connection, projection, next.stagingTables());
        for (Tables place : List.of(ReadModel.TABLES, next.stagingTables())) {
            for (String table : projection.tables()) {
                List<Column> columns = columns(connection, table);
                execute(
                        connection,
                        "INSERT INTO " + place.qualifiedName(table) + " ("
                                + String.join(
                                        ", ", columns.stream().map(Column::name).toList())
                                + ") VALUES ("
                                + String.join(
                                        ", ",
                                        columns.stream()
                                                .map(column -> column.value(user))
                                                .toList())
                                + ")");
            }
        }
        connection.commit();
        return connection;
    }

    private static List<Column> columns(Connection connection, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(COLUMNS.formatted(ReadModel.TABLES.qualifiedName(table)));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                columns.add(new Column(row.getString(1), row.getString(2), row.getBoolean(3)));
            }
        }
        return columns;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }
}
