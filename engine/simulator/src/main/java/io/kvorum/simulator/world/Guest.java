package io.kvorum.simulator.world;

import io.kvorum.core.controller.VmRunState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A QEMU process. */
final class Guest {

    final UUID vmId;
    long memoryBytes;
    int vcpus;
    VmRunState state;

    /** Still coming up: libvirt lists it, and says that it is shut off. */
    boolean starting;

    /** What a migration left on its source after the guest went on elsewhere: paused, and never to go on. */
    boolean remnant;

    /** Came by post-copy: it runs, and not all of its memory is there yet. */
    boolean incomplete;

    /** Its post-copy broke: part of its memory is here, the rest on the other host. */
    boolean torn;

    /** Runs only while its host holds its lease. */
    boolean leased;

    /** Being moved away, or moved in. */
    @Nullable
    Migration migration;

    Guest(UUID vmId, long memoryBytes, int vcpus, VmRunState state) {
        this.vmId = vmId;
        this.memoryBytes = memoryBytes;
        this.vcpus = vcpus;
        this.state = state;
    }

    /** Whether it can be told anything. */
    boolean whole() {
        return !starting && !remnant && !incomplete && !torn && state != VmRunState.MIGRATING_IN;
    }

    /** Whether it may come to run without a further command. */
    boolean mayRun() {
        return live() || starting || (state == VmRunState.MIGRATING_IN && migration != null);
    }

    /** Whether it runs, or would go on by itself or at a word. */
    boolean live() {
        return !starting && !remnant && state != VmRunState.MIGRATING_IN && state.present();
    }
}
