package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The API's description in the repository is the one that the code gives. {@code -Dopenapi.write=true} writes it. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class OpenApiTest {

    private static final Path FILE = Path.of("../../docs/api/openapi.json");
    private static final ObjectMapper SORTED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    @Test
    void theDescriptionInTheRepositoryIsWhatTheCodeGives() throws IOException {
        JsonNode served =
                ApiClient.admin().get("//q/openapi?format=json").expect(200).json();
        String generated = SORTED.writeValueAsString(SORTED.treeToValue(served, TreeMap.class)) + "\n";

        if (Boolean.getBoolean("openapi.write")) {
            Files.writeString(FILE, generated);
        }

        assertEquals(
                generated,
                Files.readString(FILE),
                FILE + " is old: run OpenApiTest with -Dopenapi.write=true and commit it");
    }
}
