package io.kvorum.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Random requests and faults; whatever comes, no VM runs twice and everything comes to rest. A seed replays a course. */
class RandomFaultsTest {

    /** More with {@code -Dkvorum.seeds=…}. */
    private static final int SEEDS = Integer.getInteger("kvorum.seeds", 200);

    private static final int ACTIONS = 80;
    private static final int HOSTS = 4;
    private static final int VMS = 8;

    /** So short that commands often go unanswered. */
    private static final Settings IMPATIENT = new Settings(
            Duration.ofSeconds(4),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofHours(6),
            2,
            Duration.ofSeconds(30));

    private static final List<Class<? extends AgentCommand>> TYPES = List.of(
            AgentCommand.StartVm.class,
            AgentCommand.StopVm.class,
            AgentCommand.ShutdownVm.class,
            AgentCommand.MigrateVm.class,
            AgentCommand.QueryVm.class,
            AgentCommand.SuspendVm.class,
            AgentCommand.EnsureNetwork.class,
            AgentCommand.CreateDisk.class,
            AgentCommand.DeleteDisk.class,
            AgentCommand.PowerControl.class);

    @Test
    void neverRunsTwiceAndAlwaysComesToRest() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                new Course(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Course {
        private final Random random;
        private final TestCluster cluster;

        Course(int seed) {
            random = new Random(seed);
            List<Entity> all =
                    new ArrayList<>(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
            for (int i = 1; i <= HOSTS; i++) {
                all.add(i == HOSTS ? Things.powerless(Things.host("h" + i)) : Things.host("h" + i));
            }
            for (int i = 1; i <= VMS; i++) {
                all.add(Things.vm(Things.spec(
                        "v" + i,
                        i % 2 == 0,
                        Priority.values()[i % 3],
                        i == 3 ? MigrationMode.MANUAL_ONLY : MigrationMode.ALLOWED,
                        6 * Things.GIB)));
            }
            cluster = new TestCluster(seed % 2 == 0 ? Settings.DEFAULT : IMPATIENT, all);
        }

        void run() {
            for (int i = 0; i < ACTIONS; i++) {
                if (random.nextInt(10) < 6) {
                    ask();
                } else {
                    disturb();
                }
                cluster.advance(Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? 20_000 : 2_000)));
                memoryIsNeverOversold();
            }
            heal();
            cluster.until(Duration.ofHours(8), c -> c.openOperations().isEmpty());
            cluster.advance(Duration.ofMinutes(20));
            cluster.until(Duration.ofHours(1), c -> c.openOperations().isEmpty());
            cluster.assertAtRest();
            memoryIsNeverOversold();
            truthIsKnown();
        }

        private void ask() {
            UUID vm = Things.id("v" + (1 + random.nextInt(VMS)));
            UUID host = Things.id("h" + (1 + random.nextInt(HOSTS)));
            Request request = switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> new Request.StartVm(vm, null);
                case 4 -> new Request.StopVm(vm, false);
                case 5 -> new Request.StopVm(vm, true);
                case 6, 7, 8 -> new Request.MigrateVm(vm, random.nextBoolean() ? host : null);
                case 9 -> new Request.SuspendVm(vm);
                case 10 -> new Request.ControlVm(vm, VmControl.values()[random.nextInt(4)]);
                case 11 -> new Request.MaintainHost(host);
                case 12, 13 -> new Request.ActivateHost(host);
                case 14 -> new Request.PowerHost(host, PowerTask.values()[random.nextInt(4)]);
                default -> new Request.CreateVm(Things.id("n"), Things.spec("n"), true, true);
            };
            cluster.submit(request);
            if (random.nextInt(8) == 0 && !cluster.openOperations().isEmpty()) {
                cluster.cancel(cluster.openOperations().getFirst().id());
            }
            if (random.nextInt(12) == 0) {
                cluster.submit(new Request.DeleteVm(Things.id("n")));
            }
        }

        private void disturb() {
            FakeHost host = cluster.host("h" + (1 + random.nextInt(HOSTS)));
            switch (random.nextInt(13)) {
                case 10 -> host.bmcBroken = random.nextBoolean();
                case 11, 12 -> confirm();
                case 0 -> host.cut = true;
                case 1, 2 -> host.cut = false;
                case 3 -> host.losePower();
                case 4 -> {
                    if (!host.powered || random.nextInt(4) == 0) {
                        host.bootAgain();
                    }
                }
                case 5 ->
                    host.habit(
                            TYPES.get(random.nextInt(TYPES.size())),
                            Habit.values()[random.nextInt(Habit.values().length)]);
                case 6 -> host.behave();
                case 7 -> cluster.newLeader();
                case 8 -> cluster.crashAtPersist(1 + random.nextInt(5), random.nextBoolean());
                default -> guestEvent(host);
            }
        }

        /** Operators confirm only what is true. */
        private void confirm() {
            cluster.hosts().stream()
                    .filter(host -> !host.powered)
                    .map(host -> host.self().name())
                    .forEach(name -> cluster.submit(new Request.ConfirmHostDown(Things.id(name), name)));
        }

        private void guestEvent(FakeHost host) {
            if (host.powered && !host.vms.isEmpty()) {
                UUID vm = host.vms.keySet().iterator().next();
                switch (random.nextInt(4)) {
                    case 0 -> host.guest(vm, VmRunState.OFF, Cause.SHUTDOWN);
                    case 1 -> host.guest(vm, VmRunState.CRASHED, Cause.CRASHED);
                    case 2 -> host.guest(vm, VmRunState.PAUSED_IO_ERROR, Cause.IO_ERROR);
                    default -> host.hypervisorUp = !host.hypervisorUp;
                }
            }
        }

        private void heal() {
            for (FakeHost host : cluster.hosts()) {
                host.cut = false;
                host.bmcBroken = false;
                host.hypervisorUp = true;
                host.behave();
                if (!host.powered) {
                    host.bootAgain();
                }
            }
        }

        private void memoryIsNeverOversold() {
            cluster.storedHosts().forEach(host -> {
                long promised = cluster.vms()
                        .filter(vm -> vm.bindsTo(host.id()))
                        .mapToLong(vm -> vm.spec().hardware().memoryBytes())
                        .sum();
                assertTrue(promised <= host.facts().memoryBytes(), host.name() + " oversold");
            });
        }

        private String logOf(String vm) {
            return cluster.log.stream()
                    .filter(entry -> entry.message().contains(vm + " ")
                            || entry.message().contains(vm + ":")
                            || entry.code().startsWith("host"))
                    .map(entry -> entry.time() + " " + entry.message())
                    .collect(Collectors.joining("\n"));
        }

        /** What runs is bound to where it runs, and what is bound runs there. */
        private void truthIsKnown() {
            cluster.vms().forEach(vm -> {
                List<String> where = cluster.whereRuns(vm.name());
                boolean right = where.isEmpty()
                        ? !vm.state().active()
                        : vm.hostId() != null && cluster.host(vm.hostId()).runs(vm.id());
                assertTrue(
                        right && vm.state() != VmState.UNKNOWN,
                        vm.name() + " runs on " + where + ", the engine holds " + vm.status() + "; log: "
                                + logOf(vm.name()));
            });
        }
    }
}
