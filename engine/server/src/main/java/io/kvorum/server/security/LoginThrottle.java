package io.kvorum.server.security;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Slows the guessing of passwords: after some failures in a row, a name or an address must wait. */
final class LoginThrottle {

    private static final int FREE_FAILURES = 5;
    private static final int FREE_FAILURES_OF_AN_ADDRESS = 20;
    private static final long WAIT_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int MAX_REMEMBERED = 10_000;

    private record Failures(int count, long lastNanos) {}

    private final Map<String, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    synchronized boolean mayTry(String name, String address) {
        return free("name " + name, FREE_FAILURES) && free("address " + address, FREE_FAILURES_OF_AN_ADDRESS);
    }

    private boolean free(String key, int limit) {
        Failures before = failures.get(key);
        return before == null || before.count < limit || System.nanoTime() - before.lastNanos > WAIT_NANOS;
    }

    synchronized void failed(String name, String address) {
        for (String key : new String[] {"name " + name, "address " + address}) {
            Failures before = failures.remove(key);
            failures.put(key, new Failures(before == null ? 1 : before.count + 1, System.nanoTime()));
        }
    }

    synchronized void succeeded(String name, String address) {
        failures.remove("name " + name);
        failures.remove("address " + address);
    }
}
