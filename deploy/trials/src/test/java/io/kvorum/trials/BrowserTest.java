package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The web UI in headless Chromium against the real engine: creates a VM, opens its console, migrates it, sees all pages. */
class BrowserTest {

    private static final long LIMIT_MINUTES = 12;

    @Test
    void makesAVmOpensItsConsoleAndMigratesIt() throws Exception {
        RealCluster real = RealCluster.get();
        Path webUi = Path.of(System.getProperty("source.root")).resolve("web-ui");
        Path pictures = Path.of("target/screenshots").toAbsolutePath();
        Files.createDirectories(pictures);
        ProcessBuilder builder = new ProcessBuilder("npm", "run", "e2e")
                .directory(webUi.toFile())
                .inheritIO();
        builder.environment().put("KVORUM_URL", real.process.uri().toString());
        builder.environment().put("KVORUM_USER", "admin");
        builder.environment().put("KVORUM_PASSWORD", real.process.adminPassword());
        builder.environment().put("KVORUM_SCREENSHOTS", pictures.toString());
        Process browser = builder.start();
        if (!browser.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            browser.destroyForcibly();
        }
        assertEquals(0, browser.waitFor());
    }
}
