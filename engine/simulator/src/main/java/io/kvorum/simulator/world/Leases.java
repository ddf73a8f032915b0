package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.HolderDetail;
import io.kvorum.core.controller.CommandOutcome.MemberDetail;
import io.kvorum.core.controller.CommandOutcome.MemberState;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.inventory.Host.Leasing;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * sanlock on every machine and what it keeps on the shared storage, with its default time-outs. It lives apart from the
 * agent and libvirtd; what it cannot renew it kills, and where it stands still itself the watchdog resets the machine.
 */
final class Leases {

    private static final long SECOND = 1_000_000_000L;
    private static final long IO_TIMEOUT = 10 * SECOND;
    private static final long RENEWAL = 2 * IO_TIMEOUT;
    private static final long KILL = 8 * IO_TIMEOUT;
    private static final long WATCHDOG = KILL + 40 * SECOND;
    private static final long FREE = KILL + 60 * SECOND;
    private static final long LOOK = 5 * SECOND;

    private record Holder(UUID machineId, long generation) {}

    /** A machine's record in the lockspace. */
    private static final class Member {
        final int leaseId;
        long generation;
        long timestamp;
        long renewedNanos;
        long joinedNanos;
        boolean joined;

        Member(int leaseId) {
            this.leaseId = leaseId;
        }
    }

    private final World world;
    private final Map<UUID, Member> members = new HashMap<>();
    private final Map<UUID, Holder> holders = new HashMap<>();
    private final Set<UUID> made = new HashSet<>();

    Leases(World world) {
        this.world = world;
    }

    // ---- membership

    /** As it is at the beginning of a world with leases. */
    void founded(Machine machine, int leaseId) {
        members.put(machine.id, new Member(leaseId));
        joined(machine);
    }

    void join(Machine machine, AgentCommand.JoinLockspace command, Hypervisor.Call call) {
        Member member = members.computeIfAbsent(machine.id, id -> new Member(command.leaseId()));
        boolean taken = members.entrySet().stream()
                .anyMatch(other -> !other.getKey().equals(machine.id)
                        && other.getValue().leaseId == command.leaseId()
                        && !expired(machine, other.getValue()));
        if (machine.storageLost > 0) {
            machine.agent.life.after(
                    world.dice.millis(500, 5000), () -> call.fail(Reason.STORAGE, "The lockspace cannot be read"));
        } else if (taken) {
            call.fail(Reason.CONFLICT, "Another host renews that id");
        } else if (member.joined) {
            machine.agent.life.after(world.dice.millis(10, 50), call::done);
        } else {
            int boot = machine.boots();
            machine.agent.life.after(world.dice.millis(11_000, 21_000), () -> {
                if (boot == machine.boots() && !member.joined) {
                    joined(machine);
                }
                call.done();
            });
        }
    }

    private void joined(Machine machine) {
        Member member = require(machine);
        member.joined = true;
        member.generation++;
        member.joinedNanos = world.agenda.nanos();
        renewed(member);
        world.agenda.after(LOOK, () -> look(machine, member, member.generation));
    }

    private void renewed(Member member) {
        member.renewedNanos = world.agenda.nanos();
        member.timestamp++;
    }

    void leave(Machine machine, Hypervisor.Call call) {
        Member member = members.get(machine.id);
        if (member != null && member.joined) {
            if (machine.hypervisor.guests.values().stream().anyMatch(guest -> guest.leased)) {
                call.fail(Reason.CONFLICT, "Guests hold leases");
                return;
            }
            member.joined = false;
            member.timestamp = 0;
        }
        call.done();
    }

    void powerLost(Machine machine) {
        Member member = members.get(machine.id);
        if (member != null) {
            member.joined = false;
        }
    }

    /** sanlock renews, or ends what it cannot vouch for. */
    private void look(Machine machine, Member member, long generation) {
        if (!member.joined || member.generation != generation) {
            return;
        }
        long since = world.agenda.nanos() - member.renewedNanos;
        boolean hangs = !machine.kernelRunning();
        if (hangs && since >= WATCHDOG && world.setup.leasing() == Leasing.WITH_WATCHDOG) {
            world.trace.add(machine.name + " is reset by its watchdog");
            machine.powerOff();
            machine.powerOn();
            return;
        }
        if (!hangs && since >= KILL) {
            world.trace.add(machine.name + " lost its leases");
            member.joined = false;
            for (Guest guest : List.copyOf(machine.hypervisor.guests.values())) {
                if (guest.leased) {
                    machine.hypervisor.gone(guest.vmId, Cause.CRASHED);
                }
            }
            return;
        }
        if (!hangs && since >= RENEWAL && machine.storageLost == 0) {
            renewed(member);
        }
        world.agenda.after(LOOK, () -> look(machine, member, generation));
    }

    private Member require(Machine machine) {
        return Objects.requireNonNull(members.get(machine.id));
    }

    boolean isMember(Machine machine) {
        Member member = members.get(machine.id);
        return member != null && member.joined;
    }

    // ---- what others see

    /** How long the member was not seen to renew, by that machine. */
    private long age(Machine eye, Member member) {
        Member own = members.get(eye.id);
        long watching = own == null ? member.renewedNanos : own.joinedNanos;
        return world.agenda.nanos() - Math.max(member.renewedNanos, watching);
    }

    private boolean expired(Machine eye, Member member) {
        return member.timestamp == 0 || age(eye, member) > FREE;
    }

    void inspect(Machine eye, AgentCommand.InspectLockspace command, Hypervisor.Call call) {
        Member member = members.values().stream()
                .filter(other -> other.leaseId == command.leaseId())
                .findFirst()
                .orElse(null);
        if (eye.storageLost > 0 || !isMember(eye) || member == null) {
            eye.agent.life.after(
                    world.dice.millis(50, 5000), () -> call.fail(Reason.STORAGE, "The lockspace cannot be read"));
            return;
        }
        eye.agent.life.after(world.dice.millis(50, 300), () -> {
            long age = age(eye, member);
            MemberState state = expired(eye, member)
                    ? (member.timestamp == 0 ? MemberState.FREE : MemberState.DEAD)
                    : age > KILL ? MemberState.FAIL : MemberState.LIVE;
            call.end(new Done(new MemberDetail(
                    state,
                    member.generation,
                    member.timestamp,
                    state.expired() ? Duration.ZERO : Duration.ofNanos(Math.max(SECOND, FREE - age)),
                    Duration.ofNanos(IO_TIMEOUT))));
        });
    }

    // ---- leases of VMs

    void make(Machine machine, UUID vmId, Hypervisor.Call call) {
        change(machine, call, () -> made.add(vmId));
    }

    void made(UUID vmId) {
        made.add(vmId);
    }

    void remove(Machine machine, UUID vmId, Hypervisor.Call call) {
        change(machine, call, () -> {
            made.remove(vmId);
            holders.remove(vmId);
        });
    }

    private void change(Machine machine, Hypervisor.Call call, Runnable what) {
        if (machine.storageLost > 0) {
            call.fail(Reason.STORAGE, "The storage does not answer");
            return;
        }
        machine.agent.life.after(world.dice.millis(20, 100), () -> {
            what.run();
            call.done();
        });
    }

    void release(Machine machine, AgentCommand.ReleaseLease command, Hypervisor.Call call) {
        if (machine.storageLost > 0) {
            call.fail(Reason.STORAGE, "The storage does not answer");
            return;
        }
        machine.agent.life.after(world.dice.millis(20, 100), () -> {
            Holder holder = holders.get(command.vmId());
            if (holder != null
                    && Objects.requireNonNull(members.get(holder.machineId())).leaseId != command.holderLeaseId()) {
                call.fail(Reason.CONFLICT, "Somebody else holds it");
                return;
            }
            holders.remove(command.vmId());
            call.done();
        });
    }

    /** What is to be said of a start there; null where nothing is in its way. */
    @Nullable
    Failed refusal(Machine machine, UUID vmId) {
        if (!isMember(machine) || !made.contains(vmId)) {
            return new Failed(Reason.STORAGE, "This host cannot hold that lease");
        }
        Holder holder = holders.get(vmId);
        if (holder == null || holder.machineId().equals(machine.id)) {
            return null;
        }
        Member member = Objects.requireNonNull(members.get(holder.machineId()));
        return member.generation > holder.generation() || expired(machine, member)
                ? null
                : new Failed(Reason.LEASE_HELD, "Another host holds its lease", new HolderDetail(member.leaseId));
    }

    /** Takes the lease for a guest that is about to run; false where it cannot. */
    boolean acquire(Machine machine, UUID vmId) {
        if (refusal(machine, vmId) != null) {
            return false;
        }
        holders.put(vmId, new Holder(machine.id, require(machine).generation));
        return true;
    }

    /** A guest that is moved takes its lease with it. */
    boolean handOver(UUID vmId, Machine target) {
        if (!isMember(target)) {
            return false;
        }
        holders.put(vmId, new Holder(target.id, require(target).generation));
        return true;
    }

    /** The guest is gone; its lease stays behind where the storage is not there to be told. */
    void ended(Machine machine, UUID vmId) {
        Holder holder = holders.get(vmId);
        if (holder != null && holder.machineId().equals(machine.id) && machine.storageLost == 0 && isMember(machine)) {
            holders.remove(vmId);
        }
    }

    boolean heldBy(Machine machine, UUID vmId) {
        Holder holder = holders.get(vmId);
        return holder != null && holder.machineId().equals(machine.id);
    }
}
