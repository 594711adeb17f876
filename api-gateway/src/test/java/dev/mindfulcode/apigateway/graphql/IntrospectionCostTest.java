package dev.mindfulcode.apigateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.language.EnumTypeDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.language.OperationDefinition;
import graphql.parser.Parser;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class IntrospectionCostTest {

    /** Scalars and types of introspection, which every schema has. */
    private static final int BUILT_IN_TYPES = 13;

    @Test
    void boundsHoldForTheSchema() throws IOException {
        TypeDefinitionRegistry schema;
        try (Reader file = new InputStreamReader(
                Objects.requireNonNull(GraphQlExecutor.class.getResourceAsStream("schema.graphqls")),
                StandardCharsets.UTF_8)) {
            schema = new SchemaParser().parse(file);
        }
        List<ObjectTypeDefinition> objects = schema.getTypes(ObjectTypeDefinition.class);
        assertThat(schema.types().size() + schema.scalars().size() + BUILT_IN_TYPES)
                .isLessThanOrEqualTo(IntrospectionCost.TYPES_MAX);
        assertThat(objects).hasSizeGreaterThan(10).allSatisfy(type -> {
            assertThat(type.getFieldDefinitions()).hasSizeLessThanOrEqualTo(IntrospectionCost.FIELDS_MAX);
            assertThat(type.getFieldDefinitions())
                    .allSatisfy(field -> assertThat(field.getInputValueDefinitions())
                            .hasSizeLessThanOrEqualTo(IntrospectionCost.ARGUMENTS_MAX));
        });
        assertThat(schema.getTypes(EnumTypeDefinition.class))
                .allSatisfy(type -> assertThat(type.getEnumValueDefinitions())
                        .hasSizeLessThanOrEqualTo(IntrospectionCost.ENUM_VALUES_MAX));
    }

    @Test
    void multipliesListsAndAddsTheRest() {
        assertThat(isSmall("{ __schema { types { name kind } } }")).isTrue();
        assertThat(isSmall("{ __type(name: \"A\") { fields { name args { name } } } }"))
                .isTrue();
        assertThat(isSmall("{ __schema { types { fields { name } } } }")).isFalse();
        assertThat(isSmall("{ ...F ...F } fragment F on Query { __schema { types { name description kind } } }"))
                .isTrue();
        assertThat(isSmall("{ __schema { types { possibleTypes { name } } } }")).isFalse();
    }

    private static boolean isSmall(String document) {
        var parsed = Parser.parse(document);
        return new IntrospectionCost(parsed.getDefinitionsOfType(graphql.language.FragmentDefinition.class))
                .isSmall(parsed.getDefinitionsOfType(OperationDefinition.class));
    }
}
