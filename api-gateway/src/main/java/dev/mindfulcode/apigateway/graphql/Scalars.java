package dev.mindfulcode.apigateway.graphql;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.IntValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.CoercingSerializeException;
import graphql.schema.GraphQLScalarType;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The schema's custom scalars. Messages state the rule and never repeat the value. */
final class Scalars {

    /** An RFC 3339 time in the years 1970 to 9998. */
    static final GraphQLScalarType DATE_TIME = GraphQLScalarType.newScalar()
            .name("DateTime")
            .coercing(new DateTime())
            .build();

    static final GraphQLScalarType DATE =
            GraphQLScalarType.newScalar().name("Date").coercing(new Date()).build();

    static final GraphQLScalarType LONG = GraphQLScalarType.newScalar()
            .name("Long")
            .coercing(new LongInteger())
            .build();

    private Scalars() {}

    private static final class DateTime implements Coercing<Instant, String> {

        private static final String EXPECTED = "Must be an RFC 3339 time, such as 2026-01-31T08:30:00Z.";
        private static final Instant MIN = Instant.EPOCH;
        private static final Instant MAX = Instant.parse("9999-01-01T00:00:00Z");

        @Override
        public String serialize(Object value, GraphQLContext context, Locale locale) {
            if (value instanceof Instant instant) {
                return instant.toString();
            }
            throw new CoercingSerializeException("no time");
        }

        @Override
        public Instant parseValue(Object input, GraphQLContext context, Locale locale) {
            Instant time = input instanceof String text ? parse(text) : null;
            if (time == null) {
                throw new CoercingParseValueException(EXPECTED);
            }
            return time;
        }

        @Override
        public Instant parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            Instant time = input instanceof StringValue text ? parse(text.getValue()) : null;
            if (time == null) {
                throw new CoercingParseLiteralException(EXPECTED);
            }
            return time;
        }

        private static @Nullable Instant parse(@Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                Instant time = OffsetDateTime.parse(text).toInstant();
                return time.isBefore(MIN) || time.isAfter(MAX) ? null : time;
            } catch (DateTimeException e) {
                return null;
            }
        }
    }

    /** Used in responses only. */
    private static final class Date implements Coercing<LocalDate, String> {

        @Override
        public String serialize(Object value, GraphQLContext context, Locale locale) {
            if (value instanceof LocalDate day) {
                return day.toString();
            }
            throw new CoercingSerializeException("no day");
        }
    }

    private static final class LongInteger implements Coercing<Long, Long> {

        private static final String EXPECTED = "Must be a 64-bit integer.";
        private static final int BITS_MAX = 63;

        @Override
        public Long serialize(Object value, GraphQLContext context, Locale locale) {
            return switch (value) {
                case Long number -> number;
                case Integer number -> number.longValue();
                default -> throw new CoercingSerializeException("no integer");
            };
        }

        @Override
        public Long parseValue(Object input, GraphQLContext context, Locale locale) {
            return switch (input) {
                case Long number -> number;
                case Integer number -> number.longValue();
                default -> throw new CoercingParseValueException(EXPECTED);
            };
        }

        @Override
        public Long parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
            BigInteger number = input instanceof IntValue integer ? integer.getValue() : null;
            if (number == null || number.bitLength() > BITS_MAX) {
                throw new CoercingParseLiteralException(EXPECTED);
            }
            return number.longValue();
        }
    }
}
