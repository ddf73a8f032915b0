package io.kvorum.server;

import io.kvorum.server.embedded.EmbeddedServices;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the engine. */
@QuarkusMain
public final class EngineMain {

    private EngineMain() {}

    /** Brings up what is embedded, then the application; ends both together. */
    public static void main(String[] args) throws Exception {
        // Until the application configures logging, nobody wants to read what libraries say to themselves.
        Logger.getLogger("").setLevel(Level.INFO);
        try (EmbeddedServices services = EmbeddedServices.start()) {
            Quarkus.run(args);
        }
    }
}
