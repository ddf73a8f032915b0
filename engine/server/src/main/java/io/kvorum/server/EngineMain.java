package io.kvorum.server;

import io.kvorum.server.embedded.EmbeddedServices;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the engine. */
@QuarkusMain
public final class EngineMain {

    private static final int STOP_LIMIT_SECONDS = 30;

    private EngineMain() {}

    /** Brings up what is embedded, then the application; ends both together, in the other order. */
    public static void main(String[] args) throws Exception {
        // Until the application configures logging, nobody wants to read what libraries say to themselves.
        Logger.getLogger("").setLevel(Level.INFO);
        AtomicInteger status = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(closed), "embedded-services-end"));
        try (EmbeddedServices services = EmbeddedServices.start()) {
            Quarkus.run(
                    null,
                    (code, failure) -> {
                        status.set(code);
                        explain(failure);
                    },
                    args);
        } finally {
            closed.countDown();
        }
        System.exit(status.get());
    }

    /** An engine that cannot start may have no log yet. */
    private static void explain(@Nullable Throwable failure) {
        if (failure != null) {
            System.err.println("The engine could not start:");
            failure.printStackTrace();
        }
    }

    /** A signal ends the process as soon as its hooks are through, wherever the main thread is. */
    private static void await(CountDownLatch closed) {
        try {
            closed.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
