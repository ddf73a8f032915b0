package io.kvorum.server;

import io.kvorum.server.embedded.EmbeddedServices;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the engine. */
@QuarkusMain
public final class EngineMain {

    private EngineMain() {}

    /** Brings up what is embedded, then the application; ends both together. */
    public static void main(String[] args) throws Exception {
        try (EmbeddedServices services = EmbeddedServices.start()) {
            Quarkus.run(args);
        }
    }
}
