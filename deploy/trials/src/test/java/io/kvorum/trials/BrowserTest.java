package io.kvorum.trials;

import org.junit.jupiter.api.Test;

/**
 * The web UI in headless Chromium against the real engine and libvirt: creates a VM, opens its console, migrates it, asks why
 * it is where it is, makes rules for it, sees all pages.
 */
class BrowserTest {

    @Test
    void makesAVmOpensItsConsoleMigratesAndExplainsIt() throws Exception {
        Browser.tests(RealCluster.get().process, "screenshots", "journey,scheduling,dialogs,pictures");
    }
}
