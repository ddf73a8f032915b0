package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.HypervisorListener;
import io.kvorum.proto.agent.v1.VmEvent;
import io.kvorum.proto.agent.v1.VmEventCause;
import io.kvorum.proto.agent.v1.VmRunState;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Turns libvirt's signals into events of the contract. Runs on the signals' own thread. */
final class LibvirtEvents {
    private final LibvirtGuests guests;
    private final Consumer<String> learn;
    private final List<HypervisorListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> incoming = ConcurrentHashMap.newKeySet();

    /** Guests whose QEMU was told by a signal to end. */
    private final Set<String> endedByHost = ConcurrentHashMap.newKeySet();

    /** Guests that a command of this agent is ending; their end is STOPPED, whatever libvirt's detail is. */
    private final Set<String> stopping = ConcurrentHashMap.newKeySet();

    /** @param learn reads the guest's mark while it is there */
    LibvirtEvents(LibvirtGuests guests, Consumer<String> learn) {
        this.guests = guests;
        this.learn = learn;
    }

    void listen(HypervisorListener listener) {
        listeners.add(listener);
    }

    void stopping(String vmId) {
        stopping.add(vmId);
    }

    void signal(LibvirtConnection.Signal signal) {
        switch (signal) {
            case LibvirtConnection.Connected() -> listeners.forEach(HypervisorListener::inventoryChanged);
            case LibvirtConnection.Rebooted(String uuid, String name) ->
                tell(uuid, name, VmRunState.VM_RUN_STATE_RUNNING, VmEventCause.VM_EVENT_CAUSE_REBOOTED, "");
            case LibvirtConnection.IoError(String uuid, String name, String device) ->
                tell(
                        uuid,
                        name,
                        VmRunState.VM_RUN_STATE_PAUSED_IO_ERROR,
                        VmEventCause.VM_EVENT_CAUSE_IO_ERROR,
                        "device " + device);
            case LibvirtConnection.Lifecycle lifecycle -> lifecycle(lifecycle);
        }
    }

    private void lifecycle(LibvirtConnection.Lifecycle signal) {
        String uuid = signal.uuid();
        String name = signal.name();
        String detail = detail(signal);
        switch (signal.event().getType()) {
            case STARTED -> {
                learn.accept(uuid);
                if (detail.equals("MIGRATED")) {
                    incoming.add(uuid);
                    tell(
                            uuid,
                            name,
                            VmRunState.VM_RUN_STATE_MIGRATING_IN,
                            VmEventCause.VM_EVENT_CAUSE_UNSPECIFIED,
                            "incoming migration");
                } else {
                    tell(uuid, name, VmRunState.VM_RUN_STATE_RUNNING, VmEventCause.VM_EVENT_CAUSE_STARTED, detail);
                }
            }
            case RESUMED ->
                tell(
                        uuid,
                        name,
                        VmRunState.VM_RUN_STATE_RUNNING,
                        incoming.remove(uuid)
                                ? VmEventCause.VM_EVENT_CAUSE_MIGRATED_IN
                                : VmEventCause.VM_EVENT_CAUSE_RESUMED,
                        detail);
            case SUSPENDED -> {
                switch (detail) {
                    // Part of a migration or a start, not a pause that anybody asked for.
                    case "MIGRATED", "RESTORED" -> {}
                    case "IOERROR" ->
                        tell(
                                uuid,
                                name,
                                VmRunState.VM_RUN_STATE_PAUSED_IO_ERROR,
                                VmEventCause.VM_EVENT_CAUSE_IO_ERROR,
                                detail);
                    default -> {
                        // libvirt-java has no word for a pause by post-copy.
                        if (guests.leaving().contains(uuid)) {
                            return;
                        }
                        tell(uuid, name, VmRunState.VM_RUN_STATE_PAUSED, VmEventCause.VM_EVENT_CAUSE_PAUSED, detail);
                    }
                }
            }
            case STOPPED -> {
                stopped(uuid, name, detail);
                incoming.remove(uuid);
                stopping.remove(uuid);
                endedByHost.remove(uuid);
                guests.forget(uuid);
            }
            case SHUTDOWN -> {
                if (ShutdownCause.of(signal.event()) == ShutdownCause.HOST) {
                    endedByHost.add(uuid);
                }
            }
            case CRASHED ->
                tell(uuid, name, VmRunState.VM_RUN_STATE_CRASHED, VmEventCause.VM_EVENT_CAUSE_CRASHED, detail);
            case DEFINED, UNDEFINED, PMSUSPENDED, UNKNOWN -> {}
        }
    }

    private void stopped(String uuid, String name, String detail) {
        if (stopping.contains(uuid)) {
            tell(uuid, name, VmRunState.VM_RUN_STATE_OFF, VmEventCause.VM_EVENT_CAUSE_STOPPED, detail);
            return;
        }
        switch (detail) {
            case "SHUTDOWN" -> {
                // QEMU ends in good order at a signal too, from sanlock or from a host that goes down: nobody in the
                // guest
                // wanted that.
                boolean byHost = endedByHost.contains(uuid);
                tell(
                        uuid,
                        name,
                        byHost ? VmRunState.VM_RUN_STATE_CRASHED : VmRunState.VM_RUN_STATE_OFF,
                        byHost ? VmEventCause.VM_EVENT_CAUSE_CRASHED : VmEventCause.VM_EVENT_CAUSE_SHUTDOWN,
                        byHost ? "ended by a signal" : detail);
            }
            case "MIGRATED" ->
                tell(uuid, name, VmRunState.VM_RUN_STATE_OFF, VmEventCause.VM_EVENT_CAUSE_MIGRATED_OUT, detail);
            case "SAVED" ->
                tell(uuid, name, VmRunState.VM_RUN_STATE_SUSPENDED, VmEventCause.VM_EVENT_CAUSE_SUSPENDED, detail);
            case "CRASHED", "FAILED" ->
                tell(
                        uuid,
                        name,
                        VmRunState.VM_RUN_STATE_CRASHED,
                        incoming.contains(uuid)
                                ? VmEventCause.VM_EVENT_CAUSE_STOPPED
                                : VmEventCause.VM_EVENT_CAUSE_CRASHED,
                        detail);
            default -> tell(uuid, name, VmRunState.VM_RUN_STATE_OFF, VmEventCause.VM_EVENT_CAUSE_STOPPED, detail);
        }
    }

    private static String detail(LibvirtConnection.Lifecycle signal) {
        try {
            return String.valueOf((Object) signal.event().getDetail());
        } catch (RuntimeException e) {
            return "UNKNOWN";
        }
    }

    private void tell(String uuid, String name, VmRunState state, VmEventCause cause, String detail) {
        if (!guests.knows(uuid)) {
            learn.accept(uuid);
        }
        VmEvent event = VmEvent.newBuilder()
                .setVm(guests.remembered(uuid, name, state))
                .setCause(cause)
                .setDetail(detail)
                .build();
        listeners.forEach(listener -> listener.happened(event));
    }
}
