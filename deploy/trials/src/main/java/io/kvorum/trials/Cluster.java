package io.kvorum.trials;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.Lab.GuestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A cluster of lab hosts in an engine: what the demonstration, the tests and the benchmarks begin with. */
public final class Cluster {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration HOSTS_LIMIT = Duration.ofMinutes(3);
    private static final Duration LONGER_THAN_SILENCE = Duration.ofSeconds(10);
    static final long GUEST_MEMORY_BYTES = 128L << 20;

    private final EngineClient engine;
    private final Lab lab;
    private String dataCenterId = "";
    private String clusterId = "";
    private String storageDomainId = "";
    private String networkId = "";
    private String templateId = "";

    public Cluster(EngineClient engine, Lab lab) {
        this.engine = engine;
        this.lab = lab;
    }

    /** Makes data center, cluster, network, and a join token in that file, good for so many hosts. */
    public void describe(int hosts, Path tokenFile) throws IOException, InterruptedException {
        dataCenterId = id(engine.post("/data-centers", Map.of("name", "lab")));
        clusterId = id(engine.post("/clusters", Map.of("name", "lab-cluster", "dataCenterId", dataCenterId)));
        networkId = id(engine.post(
                "/networks", Map.of("name", "lan", "dataCenterId", dataCenterId, "kind", "bridge", "bridge", "br0")));
        JsonNode token = engine.post("/join-tokens", Map.of("clusterId", clusterId, "uses", hosts));
        Files.writeString(tokenFile, token.get("token").asText() + "\n");
    }

    /** Waits for the hosts and tells the engine of their BMCs. */
    public void awaitHosts(int hosts) throws IOException, InterruptedException {
        engine.until("all hosts to be up", HOSTS_LIMIT, () -> engine.get("/hosts"), list -> up(list) == hosts);
        for (int host = 1; host <= hosts; host++) {
            engine.put(
                    "/hosts/" + hostId(host) + "/power-management",
                    Map.of(
                            "enabled",
                            true,
                            "agents",
                            List.of(Map.of(
                                    "type",
                                    "ipmilan",
                                    "address",
                                    Lab.bmcAddress(host),
                                    "port",
                                    623,
                                    "username",
                                    "admin",
                                    "password",
                                    lab.bmcPassword(),
                                    "options",
                                    Map.of("lanplus", "1", "cipher", "3")))));
        }
    }

    private static long up(JsonNode list) {
        return list.get("items")
                .valueStream()
                .filter(host -> state(host).equals("up"))
                .count();
    }

    /** Makes the shared storage domain, uploads the image of the Linux guest and makes a template of it. */
    public void fill() throws IOException, InterruptedException {
        fill(GuestImage.LINUX);
    }

    /** The same with another guest. */
    public void fill(GuestImage guest) throws IOException, InterruptedException {
        storageDomainId = id(engine.post(
                "/storage-domains",
                Map.of(
                        "name",
                        "shared",
                        "dataCenterId",
                        dataCenterId,
                        "kind",
                        "shared_folder",
                        "path",
                        "/srv/kvorum/shared")));
        engine.until(
                "the storage domain to be active",
                SOON,
                () -> engine.get("/storage-domains/" + storageDomainId),
                domain -> state(domain).equals("active"));
        JsonNode image = engine.upload("name=guest&format=qcow2&storageDomainId=" + storageDomainId, lab.image(guest));
        JsonNode made = engine.succeed(
                engine.post(
                        "/templates",
                        Map.of(
                                "name",
                                "guest",
                                "dataCenterId",
                                dataCenterId,
                                "imageId",
                                id(image),
                                "hardware",
                                Map.of("memoryBytes", GUEST_MEMORY_BYTES))),
                SOON);
        templateId = made.get("subject").get("id").asText();
    }

    /** Asks for a VM of the template and does not wait; the answer is the operation. */
    public JsonNode createVm(String name, boolean highlyAvailable, boolean start)
            throws IOException, InterruptedException {
        return createVm(name, Map.of("enabled", highlyAvailable, "priority", "high"), start);
    }

    private JsonNode createVm(String name, Map<String, Object> highAvailability, boolean start)
            throws IOException, InterruptedException {
        return engine.post(
                "/vms",
                Map.of(
                        "name",
                        name,
                        "clusterId",
                        clusterId,
                        "templateId",
                        templateId,
                        "nics",
                        List.of(Map.of("networkId", networkId)),
                        "highAvailability",
                        highAvailability,
                        "start",
                        start));
    }

    /** Makes a VM and waits until it is down, or up if it is to be started; answers its id. */
    public String vm(String name, boolean highlyAvailable, boolean start) throws IOException, InterruptedException {
        String vmId = engine.succeed(createVm(name, highlyAvailable, start), SOON)
                .get("subject")
                .get("id")
                .asText();
        awaitVm(vmId, start ? "up" : "down", Duration.ofMinutes(2));
        return vmId;
    }

    /** Makes and starts a highly available VM with a lease on the shared domain; answers its id. */
    public String leasedVm(String name) throws IOException, InterruptedException {
        Map<String, Object> rules = Map.of("enabled", true, "leaseStorageDomainId", storageDomainId);
        String vmId = engine.succeed(createVm(name, rules, true), SOON)
                .get("subject")
                .get("id")
                .asText();
        awaitVm(vmId, "up", Duration.ofMinutes(2));
        return vmId;
    }

    /**
     * Waits until so many hosts can hold leases, and lets an expired one be believed: lab hosts have no watchdog, and die
     * as a whole.
     */
    public void awaitLeases(int hosts) throws IOException, InterruptedException {
        engine.patch("/clusters/" + clusterId, Map.of("fencing", Map.of("restartByLeaseWithoutWatchdog", true)));
        engine.until(
                hosts + " hosts to have joined the lockspace",
                HOSTS_LIMIT,
                () -> engine.get("/storage-domains/" + storageDomainId),
                domain -> domain.get("lockspace")
                                .valueStream()
                                .filter(member -> member.get("joined").asBoolean())
                                .count()
                        == hosts);
    }

    /** The host's power management is not used any more. */
    public void forgetBmc(int host) throws IOException, InterruptedException {
        engine.put("/hosts/" + hostId(host) + "/power-management", Map.of("enabled", false, "agents", List.of()));
    }

    /** The id under which host-N holds leases. */
    public int leaseId(int host) throws IOException, InterruptedException {
        String id = hostId(host);
        return engine.get("/storage-domains/" + storageDomainId)
                .get("lockspace")
                .valueStream()
                .filter(member -> member.get("hostId").asText().equals(id))
                .findFirst()
                .orElseThrow()
                .get("leaseId")
                .asInt();
    }

    public JsonNode awaitVm(String vmId, String state, Duration limit) throws InterruptedException {
        return engine.until(
                "VM " + vmId + " to be " + state,
                limit,
                () -> engine.get("/vms/" + vmId),
                vm -> state(vm).equals(state));
    }

    public JsonNode awaitHost(int host, String state, Duration limit) throws IOException, InterruptedException {
        String path = "/hosts/" + hostId(host);
        return engine.until(
                "host-" + host + " to be " + state, limit, () -> engine.get(path), h -> state(h).equals(state));
    }

    /**
     * Waits until the host was up for longer than a silent host is shown as up, so that it must have been heard: for
     * hosts whose agent has just been killed, which are still up until their silence is noticed.
     */
    public void awaitHeard(int host, Duration limit) throws IOException, InterruptedException {
        String path = "/hosts/" + hostId(host);
        AtomicReference<@Nullable Instant> upSince = new AtomicReference<>();
        engine.until("host-" + host + " to stay up", limit, () -> engine.get(path), view -> {
            if (!state(view).equals("up")) {
                upSince.set(null);
                return false;
            }
            Instant since = upSince.updateAndGet(earlier -> earlier == null ? Instant.now() : earlier);
            return Duration.between(since, Instant.now()).compareTo(LONGER_THAN_SILENCE) > 0;
        });
    }

    public String hostId(int host) throws IOException, InterruptedException {
        return engine.get("/hosts?q=host-" + host)
                .get("items")
                .valueStream()
                .filter(found -> found.get("name").asText().equals("host-" + host))
                .findFirst()
                .map(Cluster::id)
                .orElseThrow(() -> new IllegalStateException("No host-" + host + " has joined"));
    }

    /** Number of the lab host that the VM is bound to, 0 for none. */
    public int hostOf(String vmId) throws IOException, InterruptedException {
        JsonNode hostId = engine.get("/vms/" + vmId).get("hostId");
        if (hostId.isNull()) {
            return 0;
        }
        return numberOf(hostId.asText());
    }

    /** Number of the lab host with that id. */
    public int numberOf(String hostId) throws IOException, InterruptedException {
        String name = engine.get("/hosts/" + hostId).get("name").asText();
        return Integer.parseInt(name.substring("host-".length()));
    }

    public JsonNode awaitHostIn(int host, List<String> states, Duration limit)
            throws IOException, InterruptedException {
        String path = "/hosts/" + hostId(host);
        return engine.until(
                "host-" + host + " to be " + states, limit, () -> engine.get(path), h -> states.contains(state(h)));
    }

    public String dataCenterId() {
        return dataCenterId;
    }

    public String clusterId() {
        return clusterId;
    }

    public String storageDomainId() {
        return storageDomainId;
    }

    public String templateId() {
        return templateId;
    }

    static String id(JsonNode thing) {
        return thing.get("id").asText();
    }

    static String state(JsonNode thing) {
        return thing.get("state").asText();
    }
}
