package io.kvorum.simulator.world;

import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import java.time.Duration;

/**
 * A live migration, driven by the source's libvirtd.
 *
 * <ol>
 *   <li>Prepare: an incoming guest waits on the target.
 *   <li>Copy: both are there, the source's runs.
 *   <li>Switch over: at one instant the target's runs and the source's is paused, never to go on.
 *   <li>By post-copy only: the rest of the memory follows. If anything fails meanwhile, the guest is torn between both.
 *   <li>Confirm: the source's is removed. If the source's libvirtd ends before that, the paused one stays.
 * </ol>
 */
final class Migration {

    private static final int PATIENCE_STEPS = 20;

    private final Hypervisor source;
    private final Hypervisor target;
    private final World world;
    private final Guest guest;
    private Guest incoming;
    private final boolean postCopy;
    private final Hypervisor.Call call;
    private final long until;
    private final int targetBoot;
    private int stepsLeft;
    private int stalled;
    private boolean aborted;
    private boolean over;

    Migration(Hypervisor source, Guest guest, Hypervisor target, long until, Hypervisor.Call call, boolean postCopy) {
        this.source = source;
        this.target = target;
        this.world = source.world;
        this.guest = guest;
        this.until = until;
        this.call = call;
        this.postCopy = postCopy;
        this.targetBoot = target.machine.boots();
        this.incoming = new Guest(guest.vmId, guest.memoryBytes, guest.vcpus, VmRunState.MIGRATING_IN);
        this.incoming.leased = guest.leased;
        this.stepsLeft = world.dice.between(4, 40);
    }

    void begin() {
        if (!reachable() || !target.machine.libvirt.running()) {
            over = true;
            source.migrationEnded(guest.vmId);
            source.later(20, 3000, () -> call.fail(Reason.UNREACHABLE, "unable to connect to the target"));
            return;
        }
        if (target.guests.containsKey(guest.vmId)) {
            over = true;
            source.migrationEnded(guest.vmId);
            call.fail(Reason.CONFLICT, "It is on the target already");
            return;
        }
        guest.migration = this;
        incoming.migration = this;
        target.add(incoming);
        world.checks.guestAppears(target.machine, incoming);
        phase("prepared");
        source.later(50, 500, this::copy);
    }

    boolean byPostCopy() {
        return postCopy;
    }

    /** Goes on with one that broke. */
    void recover() {
        Guest there = target.guests.get(guest.vmId);
        if (!reachable() || !target.machine.libvirt.running() || there == null || !there.torn) {
            over = true;
            source.migrationEnded(guest.vmId);
            source.later(
                    20, 3000, () -> call.fail(Reason.UNREACHABLE, "the target has no part of it, or does not answer"));
            return;
        }
        incoming = there;
        guest.torn = false;
        incoming.torn = false;
        incoming.incomplete = true;
        guest.migration = this;
        incoming.migration = this;
        phase("recovered");
        source.later(500, 500, this::follow);
    }

    private void phase(String name) {
        world.trace.add("migration of " + world.names.of(guest.vmId) + " " + name);
    }

    private boolean reachable() {
        return world.network.openBothWays(source.machine.name, target.machine.name)
                && target.machine.kernelRunning()
                && target.machine.boots() == targetBoot;
    }

    private boolean incomingThere() {
        return target.guests.get(guest.vmId) == incoming;
    }

    private void copy() {
        if (over) {
            return;
        }
        if (source.guests.get(guest.vmId) != guest) {
            giveUp(Reason.HYPERVISOR, "the guest is gone");
        } else if (aborted) {
            giveUp(Reason.ABORTED, "called off");
        } else if (world.agenda.nanos() > until) {
            giveUp(Reason.TIMED_OUT, "not ended within its limit and was aborted");
        } else if (target.machine.boots() != targetBoot || (reachable() && !incomingThere())) {
            giveUp(Reason.HYPERVISOR, "the target lost it");
        } else if (!reachable()) {
            if (++stalled > PATIENCE_STEPS) {
                giveUp(Reason.HYPERVISOR, "the target does not answer");
            } else {
                source.later(500, 500, this::copy);
            }
        } else if (stepsLeft-- > 0) {
            if (stepsLeft == 1) {
                phase("copied");
            }
            source.later(500, 500, this::copy);
        } else {
            switchOver();
        }
    }

    private void switchOver() {
        if (guest.leased && !world.leases.handOver(guest.vmId, target.machine)) {
            giveUp(Reason.HYPERVISOR, "Failed to acquire lock");
            return;
        }
        incoming.state = guest.state;
        guest.remnant = true;
        guest.state = VmRunState.PAUSED;
        phase("switched over");
        incoming.incomplete = postCopy;
        stepsLeft = world.dice.between(2, 20);
        target.set(incoming, incoming.state, Cause.MIGRATED_IN);
        if (postCopy) {
            source.later(500, 500, this::follow);
        } else {
            source.later(5, 60, this::confirm);
        }
    }

    /** What is left of the memory. */
    private void follow() {
        if (over) {
            return;
        }
        boolean lost = source.guests.get(guest.vmId) != guest
                || target.machine.boots() != targetBoot
                || (reachable() && !incomingThere());
        if (lost || (!reachable() && ++stalled > PATIENCE_STEPS)) {
            finish();
            tear();
            call.fail(Reason.INTERRUPTED, "it broke in post-copy");
        } else if (!reachable() || stepsLeft-- > 0) {
            source.later(500, 500, this::follow);
        } else {
            incoming.incomplete = false;
            confirm();
        }
    }

    private void tear() {
        phase("broke in post-copy");
        guest.torn = true;
        incoming.torn = true;
        incoming.incomplete = false;
    }

    private void confirm() {
        if (over) {
            return;
        }
        finish();
        source.gone(guest.vmId, Cause.MIGRATED_OUT);
        phase("confirmed");
        call.end(new Done(new MigrationDetail(Duration.ofSeconds(5), Duration.ofMillis(40), 1L << 30, 0)));
    }

    private void finish() {
        over = true;
        guest.migration = null;
        incoming.migration = null;
        source.migrationEnded(guest.vmId);
    }

    private void giveUp(Reason reason, String why) {
        finish();
        phase("failed: " + why);
        dropIncoming();
        call.fail(reason, why);
    }

    /** The target's QEMU ends when the stream does, at the latest when its host notices that nothing comes. */
    private void dropIncoming() {
        if (!incomingThere() || incoming.state != VmRunState.MIGRATING_IN) {
            return;
        }
        long after = reachable() ? world.dice.millis(1, 200) : world.dice.millis(1000, 20_000);
        target.machine.libvirt.after(after, () -> {
            if (incomingThere() && incoming.state == VmRunState.MIGRATING_IN) {
                target.gone(guest.vmId, Cause.STOPPED);
            }
        });
    }

    void abort() {
        aborted = true;
    }

    void sourceLost() {
        over = true;
        incoming.migration = null;
        if (incoming.incomplete) {
            tear();
        }
        dropIncoming();
    }

    /** libvirtd takes the guest back when it returns, unless it went on elsewhere already. */
    void sourceLibvirtLost() {
        over = true;
        guest.migration = null;
        incoming.migration = null;
        if (incoming.incomplete) {
            tear();
        }
        if (!guest.remnant) {
            phase("failed: the source's libvirtd ended");
            dropIncoming();
        }
    }
}
