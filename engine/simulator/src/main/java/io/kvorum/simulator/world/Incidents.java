package io.kvorum.simulator.world;

import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can happen to the world, in words: faults, and what people ask for. {@code for 20s} at the end of a
 * fault ends it after that time.
 */
final class Incidents {

    private static final String ALL_OR_NOTHING = "all-or-nothing";

    private final World world;
    private final Map<String, Runnable> undo = new HashMap<>();
    private int asked;

    Incidents(World world) {
        this.world = world;
    }

    void happen(String text) {
        world.trace.add("-- " + text);
        List<String> words = new ArrayList<>(List.of(text.split(" +")));
        int last = words.size();
        Runnable end = null;
        if (last > 2 && words.get(last - 2).equals("for")) {
            long nanos = Durations.nanos(words.get(last - 1));
            List<String> fault = words.subList(0, last - 2);
            end = fault(fault);
            world.agenda.after(nanos, end);
        } else if (words.getFirst().equals("ask") || words.getFirst().equals("cancel")) {
            ask(words);
        } else if (words.getFirst().equals("end")) {
            Runnable what = undo.remove(String.join(" ", words.subList(1, last)));
            if (what != null) {
                what.run();
            }
        } else {
            undo.put(text, fault(words));
        }
    }

    // ---- faults; each answers what ends it

    private Runnable fault(List<String> words) {
        String first = words.get(words.size() > 1 ? 1 : 0);
        return switch (words.getFirst()) {
            case "power-loss" -> {
                machine(first).powerOff();
                yield () -> machine(first).powerOn();
            }
            case "power-on" -> {
                machine(first).powerOn();
                yield () -> {};
            }
            case "reboot" -> {
                machine(first).powerOff();
                machine(first).powerOn();
                yield () -> {};
            }
            case "hang" -> {
                machine(first).hang();
                yield () -> machine(first).unhang();
            }
            case "agent-crash" -> {
                machine(first).crashAgent();
                yield () -> machine(first).startAgent();
            }
            case "libvirtd-stop" -> {
                machine(first).stopLibvirt();
                yield () -> machine(first).startLibvirt();
            }
            case "qemu-crash", "guest-shutdown", "guest-pause" -> guest(words.getFirst(), first);
            case "storage-lost" -> storageLost(first);
            case "storage-slow" -> {
                machine(first).storageSlow++;
                yield () -> machine(first).storageSlow = Math.max(0, machine(first).storageSlow - 1);
            }
            case "cut" -> cut(first, words.get(2), true);
            case "cut-oneway" -> cut(first, words.get(2), false);
            case "isolate" -> isolate(first);
            case "loss" -> {
                world.network.loss = Double.parseDouble(first);
                yield () -> world.network.loss = 0;
            }
            case "crash" -> {
                Replica replica = replica(first);
                world.trace.add(replica.name + " crashes");
                replica.crash();
                yield replica::restart;
            }
            case "pause" -> {
                Replica replica = replica(first);
                world.trace.add(replica.name + " is paused");
                replica.life.pause();
                yield () -> {
                    world.trace.add(replica.name + " goes on");
                    replica.life.resume();
                };
            }
            case "roll" -> roll();
            case "db-down" -> {
                world.database.down();
                yield world.database::up;
            }
            case "db-slow" -> {
                world.database.slow++;
                yield () -> world.database.slow = Math.max(0, world.database.slow - 1);
            }
            case "db-unknown" -> {
                world.database.unknownCommits += Integer.parseInt(first);
                yield () -> {};
            }
            case "bmc" -> {
                Bmc bmc = machine(first).bmc;
                bmc.mode = Bmc.Mode.valueOf(words.get(2).replace('-', '_').toUpperCase(Locale.ROOT));
                if (bmc.mode == Bmc.Mode.LIES) {
                    world.checks.bmcLied();
                }
                yield () -> bmc.mode = Bmc.Mode.WORKS;
            }
            case "skew" -> {
                Replica replica = replica(first);
                replica.skewNanos = Durations.nanos(words.get(2));
                yield () -> replica.skewNanos = 0;
            }
            default -> throw new IllegalArgumentException("Not known: " + words);
        };
    }

    private Runnable guest(String what, String vm) {
        UUID vmId = world.names.id(vm);
        for (Machine machine : world.machines()) {
            Guest guest = machine.hypervisor.guests.get(vmId);
            if (guest != null && guest.live() && machine.libvirt.alive()) {
                switch (what) {
                    case "qemu-crash" -> machine.hypervisor.gone(vmId, Cause.CRASHED);
                    case "guest-shutdown" -> machine.hypervisor.gone(vmId, Cause.SHUTDOWN);
                    default -> machine.hypervisor.set(guest, VmRunState.PAUSED, Cause.PAUSED);
                }
            }
        }
        return () -> {};
    }

    private Runnable storageLost(String host) {
        List<Machine> hit = host.equals("all") ? List.copyOf(world.machines()) : List.of(machine(host));
        hit.forEach(machine -> {
            machine.storageLost++;
            machine.hypervisor.storageStalls();
        });
        return () -> hit.forEach(machine -> {
            machine.storageLost = Math.max(0, machine.storageLost - 1);
        });
    }

    private Runnable cut(String one, String other, boolean bothWays) {
        String from = node(one);
        String to = node(other);
        world.network.cut(from, to);
        if (bothWays) {
            world.network.cut(to, from);
        }
        return () -> {
            world.network.heal(from, to);
            if (bothWays) {
                world.network.heal(to, from);
            }
        };
    }

    private String node(String name) {
        return name.equals("leader") ? replica(name).name : name;
    }

    /** Cut off from everything but its own BMC and its own guests. */
    private Runnable isolate(String name) {
        String node = node(name);
        List<String> others = new ArrayList<>(world.replicas.keySet());
        world.machines().forEach(machine -> others.add(machine.name));
        world.machines().forEach(machine -> others.add(machine.bmc.name));
        others.add(Database.NAME);
        others.add(Election.NAME);
        others.remove(node);
        List<Runnable> heals =
                others.stream().map(other -> cut(node, other, true)).toList();
        return () -> heals.forEach(Runnable::run);
    }

    /** All replicas are restarted one after the other, as an upgrade does. */
    private Runnable roll() {
        long at = 0;
        for (Replica replica : world.replicas.values()) {
            world.agenda.after(at, () -> {
                world.trace.add(replica.name + " is stopped for an upgrade");
                replica.crash();
            });
            world.agenda.after(at + 4_000_000_000L, replica::restart);
            at += 12_000_000_000L;
        }
        return () -> {};
    }

    void heal(Machine machine) {
        while (machine.kernel.alive() && !machine.kernel.running()) {
            machine.unhang();
        }
        machine.bmc.mode = Bmc.Mode.WORKS;
        machine.storageSlow = 0;
        machine.storageLost = 0;
        if (!machine.powered()) {
            machine.powerOn();
        } else {
            machine.startLibvirt();
            machine.startAgent();
        }
    }

    private Machine machine(String name) {
        return world.machine(name);
    }

    private Replica replica(String name) {
        if (name.equals("leader")) {
            Replica leader = world.leader();
            return leader != null ? leader : world.replica("e1");
        }
        return world.replica(name);
    }

    // ---- requests

    private void ask(List<String> words) {
        String label = words.size() > 2 && words.get(words.size() - 2).equals("as") ? words.getLast() : "";
        List<String> rest = label.isEmpty() ? words : words.subList(0, words.size() - 2);
        if (rest.getFirst().equals("cancel")) {
            String which = rest.get(1).equals("last") ? world.clients.lastOpen() : rest.get(1);
            if (which != null) {
                world.clients.cancel(which);
            }
            return;
        }
        asked++;
        String name = rest.get(2);
        if (rest.get(1).equals("confirm-down") && machine(name).powered()) {
            return; // Operators confirm only what is true.
        }
        world.clients.ask(label.isEmpty() ? "ask-" + asked : label, request(rest.get(1), name, rest));
    }

    private static List<String> vms(List<String> words) {
        return words.stream()
                .skip(3)
                .filter(word -> !word.equals(ALL_OR_NOTHING))
                .toList();
    }

    /** What is named after that word, if anything is. */
    private @Nullable UUID named(List<String> words, String word) {
        int at = words.lastIndexOf(word);
        return at < 0 || at + 1 == words.size() ? null : world.names.id(words.get(at + 1));
    }

    /** The VM as it is now, with other sizes. */
    private Request grow(UUID id, String name, List<String> words) {
        Vm vm = world.database.row(id) instanceof Vm known ? known : null;
        VmSpec spec = vm == null ? world.entities.spec(Setup.VmSetup.ordinary(name, false, false)) : vm.spec();
        Hardware before = spec.hardware();
        long memory = number(words, "memory", before.memoryBytes() / Entities.GIB) * Entities.GIB;
        Hardware after = before.sized((int) number(words, "sockets", before.sockets()), memory, memory);
        return new Request.ChangeVm(
                id, spec.with(after), vm == null ? null : vm.meta().revision());
    }

    private static long number(List<String> words, String word, long otherwise) {
        int at = words.indexOf(word);
        return at < 0 ? otherwise : Long.parseLong(words.get(at + 1));
    }

    private Request request(String verb, String name, List<String> words) {
        UUID id = world.names.id(name);
        return switch (verb) {
            case "start" -> new Request.StartVm(id, words.size() > 4 ? world.names.id(words.get(4)) : null);
            case "shutdown" -> new Request.StopVm(id, false);
            case "force-off" -> new Request.StopVm(id, true);
            case "migrate" -> new Request.MigrateVm(id, named(words, "to"), named(words, "into"));
            case "suspend" -> new Request.SuspendVm(id);
            case "pause" -> new Request.ControlVm(id, Request.VmControl.PAUSE);
            case "resume" -> new Request.ControlVm(id, Request.VmControl.RESUME);
            case "reboot" -> new Request.ControlVm(id, Request.VmControl.REBOOT);
            case "reset" -> new Request.ControlVm(id, Request.VmControl.RESET);
            case "grow" -> grow(id, name, words);
            case "create" ->
                new Request.CreateVm(
                        id,
                        world.entities.spec(
                                Setup.VmSetup.ordinary(name, words.contains("ha"), words.contains("lease"))),
                        false,
                        words.contains("start"));
            case "start-all" ->
                new Request.StartVms(
                        id, vms(words).stream().map(world.names::id).toList(), words.contains(ALL_OR_NOTHING));
            case "create-all" ->
                new Request.CreateVms(
                        id,
                        vms(words).stream()
                                .map(vm -> new Request.CreateVm(
                                        world.names.id(vm),
                                        world.entities.spec(Setup.VmSetup.ordinary(vm, true, false)),
                                        false,
                                        true))
                                .toList(),
                        words.contains(ALL_OR_NOTHING));
            case "delete" -> new Request.DeleteVm(id);
            case "maintain" -> new Request.MaintainHost(id);
            case "activate" -> new Request.ActivateHost(id);
            case "upgrade" -> new Request.UpgradeHost(id);
            case "test-power" ->
                new Request.TestPowerManagement(id, machine(name).self.spec().powerManagement());
            case "power-status" -> new Request.PowerHost(id, Request.PowerTask.STATUS);
            case "power-off" -> new Request.PowerHost(id, Request.PowerTask.OFF);
            case "power-on" -> new Request.PowerHost(id, Request.PowerTask.ON);
            case "power-cycle" -> new Request.PowerHost(id, Request.PowerTask.RESTART);
            case "confirm-down" -> new Request.ConfirmHostDown(id, name);
            default -> throw new IllegalArgumentException("Not known: " + words);
        };
    }
}
