package io.kvorum.agent.stub;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How a proof goes on, says what it did, or ends. */
final class ProofSteps {
    private ProofSteps() {}

    static void await(String what, int seconds, BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            require(what + " within " + seconds + " s", System.nanoTime() < end);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    static void require(String what, boolean holds) {
        if (!holds) {
            throw new IllegalStateException("lab proof failed: " + what);
        }
    }

    static void say(String what) {
        System.out.println("lab proof: " + what);
    }

    static void run(String... command) throws Exception {
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
