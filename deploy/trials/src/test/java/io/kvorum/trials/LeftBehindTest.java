package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A live migration whose source dies between the switch-over and its confirmation, on real libvirt. */
class LeftBehindTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration ASKED_TO_FINISH = Duration.ofSeconds(1);

    @Test
    void theSourcesCopyIsEndedAndTheVmGoesOnAtTheTarget() throws Exception {
        RealCluster real = RealCluster.get();
        Lab lab = real.lab;
        Cluster cluster = real.cluster;
        String vm = cluster.vm("left-behind", false, true);
        Guest guest = new Guest(lab, vm);
        String boot = guest.awaitTick(LIMIT).boot();
        int from = cluster.hostOf(vm);
        int to = from % RealCluster.HOSTS + 1;
        String source = "host-" + from;
        String target = "host-" + to;
        lab.run("exec", source, "virsh", "migrate-setspeed", vm, "8");

        JsonNode operation = real.engine.post("/vms/" + vm + "/migrate", Map.of("hostId", cluster.hostId(to)));
        await(lab, "memory to be copied", source, "virsh domjobinfo " + vm + " | grep 'Memory processed:.*[1-9]'");
        // The target is to finish only once the source cannot hear of it any more.
        signal(lab, target, "STOP");
        lab.run("exec", source, "virsh", "migrate-setspeed", vm, "1024");
        await(lab, "the switch-over", source, "virsh domstate --reason " + vm + " | grep 'paused (migrating)'");
        Thread.sleep(ASKED_TO_FINISH);
        signal(lab, source, "STOP");
        signal(lab, target, "CONT");
        await(lab, "the guest on the target", target, "virsh domstate " + vm + " | grep running");
        lab.run("kill-libvirtd", source);

        JsonNode end = real.engine.until(
                "the operation to end",
                LIMIT,
                () -> real.engine.get("/operations/" + operation.get("id").asText()),
                now -> now.get("endedAt").isTextual());
        cluster.awaitVm(vm, "up", LIMIT);

        assertEquals(to, cluster.hostOf(vm), end.toString());
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
        assertEquals(List.of(to), guest.runsOn(LIMIT));
        assertTrue(
                lab.output("exec", source, "virsh", "list", "--all", "--uuid")
                        .lines()
                        .noneMatch(line -> line.strip().equals(vm)),
                "The source's copy is gone");
        real.engine.succeed(real.engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        real.engine.succeed(real.engine.delete("/vms/" + vm), LIMIT);
    }

    private static void signal(Lab lab, String host, String name) throws IOException, InterruptedException {
        lab.run("exec", host, "sh", "-c", "kill -" + name + " $(cat /run/libvirtd.pid)");
    }

    private static void await(Lab lab, String what, String host, String command)
            throws IOException, InterruptedException {
        String waiting = "for i in $(seq 600); do " + command + " >/dev/null && exit 0; sleep 0.05; done; exit 1";
        try {
            lab.run("exec", host, "sh", "-c", waiting);
        } catch (IOException e) {
            throw new IllegalStateException("No " + what + " within 30 s", e);
        }
    }
}
