package io.kvorum.trials.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.EngineClient;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Somebody who goes on working while things break: asks for one thing after the other and remembers what was accepted. */
final class Requests implements AutoCloseable {

    private static final List<String> WISHES = List.of("start", "migrate", "force-off", "start", "migrate", "reset");
    private static final long PAUSE_MILLIS = 400;

    private final EngineClient engine;
    private final List<String> vms;
    private final Random random;
    private final Instant began = Instant.now();
    private final Set<String> accepted = new HashSet<>();
    private final List<String> troubles = new ArrayList<>();
    private volatile boolean running = true;
    private final Thread thread;

    Requests(EngineClient engine, List<String> vms, long seed) {
        this.engine = engine;
        this.vms = List.copyOf(vms);
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().daemon().name("requests").start(this::work);
    }

    private void work() {
        while (running) {
            String vm = vms.get(random.nextInt(vms.size()));
            String wish = WISHES.get(random.nextInt(WISHES.size()));
            try {
                JsonNode operation = engine.post("/vms/" + vm + "/" + wish, Map.of());
                synchronized (this) {
                    accepted.add(operation.get("id").asText());
                }
            } catch (EngineClient.ProblemException e) {
                // Refused, as it may be: the VM is in another state, or held by another request.
                if (e.status() >= 500) {
                    trouble(String.valueOf(e.getMessage()));
                }
            } catch (IOException e) {
                trouble("Nobody answered: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000);
        }
    }

    private synchronized void trouble(String what) {
        troubles.add(what == null ? "?" : what);
    }

    synchronized int accepted() {
        return accepted.size();
    }

    synchronized List<String> troubles() {
        return List.copyOf(troubles);
    }

    /** Accepted ones that the engine does not know any more. */
    synchronized int lost() throws IOException, InterruptedException {
        int lost = 0;
        for (String id : accepted) {
            try {
                engine.get("/operations/" + id);
            } catch (EngineClient.ProblemException e) {
                lost++;
            }
        }
        return lost;
    }

    /** Accepted ones that have not ended. */
    synchronized List<String> open() throws IOException, InterruptedException {
        List<String> open = new ArrayList<>();
        for (String id : accepted) {
            JsonNode operation = engine.get("/operations/" + id);
            if (operation.get("endedAt").isNull()) {
                open.add(operation.get("name").asText() + " ("
                        + operation.get("state").asText() + ")");
            }
        }
        return open;
    }

    /** Operations about these VMs that were begun and that this client was told nothing of: one request that became two. */
    synchronized int doubled() throws IOException, InterruptedException {
        int doubled = 0;
        for (String vm : vms) {
            String path = "/operations?subjectId=" + vm + "&limit=200";
            String next = path;
            while (!next.isEmpty()) {
                JsonNode page = engine.get(next);
                next = page.path("nextCursor").isTextual()
                        ? path + "&cursor=" + page.get("nextCursor").asText()
                        : "";
                for (JsonNode operation : page.get("items")) {
                    boolean ours = operation.get("requestedBy").asText().equals("admin")
                            && operation.get("parentId").isNull()
                            && !operation.get("state").asText().equals("refused")
                            && Instant.parse(operation.get("createdAt").asText())
                                    .isAfter(began);
                    doubled += ours && !accepted.contains(operation.get("id").asText()) ? 1 : 0;
                }
            }
        }
        return doubled;
    }

    /** Asks for nothing more. */
    void pause() throws InterruptedException {
        running = false;
        thread.join();
    }

    @Override
    public void close() throws InterruptedException {
        pause();
    }
}
