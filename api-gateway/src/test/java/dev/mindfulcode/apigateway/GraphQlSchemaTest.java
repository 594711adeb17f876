package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.introspection.IntrospectionQuery;
import graphql.introspection.IntrospectionResultToSchema;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.SchemaPrinter;
import graphql.schema.idl.UnExecutableSchemaGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Renewed by running this test with {@code -Dmindful.renew=true}. */
class GraphQlSchemaTest {

    private static final Path PRINTED = Path.of("../docs/schema.graphqls");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();

    @Test
    void servedSchemaEqualsTheDocumentedOne() throws IOException {
        String served = served();
        if (Boolean.getBoolean("mindful.renew")) {
            Files.writeString(PRINTED, served);
        }
        assertThat(Files.readString(PRINTED))
                .as("docs/schema.graphqls; run this test with -Dmindful.renew=true and commit the difference")
                .isEqualTo(served);
    }

    /** As a client sees it: by introspection. */
    private String served() {
        var answer = gateway.api.post(
                "/graphql",
                gateway.user().token(),
                Api.JSON.writeValueAsString(Map.of("query", IntrospectionQuery.INTROSPECTION_QUERY)));
        @SuppressWarnings("unchecked") // JSON objects are maps from names
        Map<String, Object> data = Api.JSON.treeToValue(answer.json().path("data"), Map.class);
        String printed = new SchemaPrinter(
                        SchemaPrinter.Options.defaultOptions().includeDirectiveDefinitions(false))
                .print(new IntrospectionResultToSchema().createSchemaDefinition(data));
        return "# The schema that /graphql serves. Written by GraphQlSchemaTest, which says how to renew it.\n\n"
                + new SchemaPrinter(SchemaPrinter.Options.defaultOptions()
                                .includeDirectiveDefinitions(false)
                                .includeScalarTypes(true))
                        .print(UnExecutableSchemaGenerator.makeUnExecutableSchema(new SchemaParser().parse(printed)));
    }
}
