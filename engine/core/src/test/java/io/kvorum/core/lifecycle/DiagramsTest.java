package io.kvorum.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The diagrams of {@code docs/architecture.md} are the tables. {@code -Dkvorum.diagrams.write=true} draws them anew. */
class DiagramsTest {

    private static final Path PAGE =
            Path.of(Objects.requireNonNull(System.getProperty("source.root")), "docs", "architecture.md");

    @Test
    void theDocumentShowsTheTableOfVms() throws IOException {
        compare("vm", Lifecycles.VM.toMermaid());
    }

    @Test
    void theDocumentShowsTheTableOfHosts() throws IOException {
        compare("host", Lifecycles.HOST.toMermaid());
    }

    private static void compare(String name, String mermaid) throws IOException {
        String page = Files.readString(PAGE);
        String opening = "<!-- diagram:" + name + " -->\n";
        int from = page.indexOf(opening);
        int to = page.indexOf("<!-- /diagram -->", Math.max(0, from));
        assertTrue(from >= 0 && to > from, PAGE + " has no place for the diagram " + name);
        String wanted = opening + "```mermaid\n" + mermaid + "```\n";
        if (Boolean.getBoolean("kvorum.diagrams.write")) {
            Files.writeString(PAGE, page.substring(0, from) + wanted + page.substring(to));
        } else {
            assertEquals(
                    wanted,
                    page.substring(from, to),
                    PAGE + " shows an old table; draw it anew with"
                            + " deploy/mvn -pl engine/core test -Dtest=DiagramsTest -Dkvorum.diagrams.write=true");
        }
    }
}
