package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The web UI's browser tests, against an engine that runs. */
final class Browser {

    private static final long LIMIT_MINUTES = 15;

    private Browser() {}

    /** Does those parts of {@code web-ui/e2e/run.mjs}, and fails where one of their tests does. */
    static void tests(EngineProcess engine, String pictures, String parts) throws IOException, InterruptedException {
        Path webUi = Path.of(System.getProperty("source.root")).resolve("web-ui");
        Path folder = Path.of("target").resolve(pictures).toAbsolutePath();
        Files.createDirectories(folder);
        ProcessBuilder builder = new ProcessBuilder("npm", "run", "e2e")
                .directory(webUi.toFile())
                .inheritIO();
        builder.environment().put("KVORUM_URL", engine.uri().toString());
        builder.environment().put("KVORUM_USER", "admin");
        builder.environment().put("KVORUM_PASSWORD", engine.adminPassword());
        builder.environment().put("KVORUM_SCREENSHOTS", folder.toString());
        builder.environment().put("KVORUM_PARTS", parts);
        Process browser = builder.start();
        if (!browser.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            browser.destroyForcibly();
        }
        assertEquals(0, browser.waitFor());
    }
}
