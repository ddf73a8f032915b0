package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** What libvirt says of guests, in the engine's words. Remembers marks, so that a list needs no call for each. */
final class LibvirtGuests {
    private static final int METADATA_ELEMENT = 2;
    private static final int ACTIVE_AND_INACTIVE = 3;
    private static final int REASON_MIGRATION = 2;
    private static final int REASON_IO_ERROR = 5;
    private static final int REASON_STARTING_UP = 11;
    private static final int REASON_POST_COPY = 12;
    private static final int REASON_POST_COPY_FAILED = 13;
    private static final int RUNNING_POST_COPY = 10;
    private static final int RUNNING_POST_COPY_FAILED = 11;
    private static final int NO_JOB = 0;

    /** @param guaranteedBytes what the guest always has of its memory */
    private record Mark(boolean managed, long revision, long guaranteedBytes) {
        static final Mark NONE = new Mark(false, 0, Long.MAX_VALUE);

        static Mark of(Element element) {
            String guaranteed = element.get("guaranteed-kib");
            return new Mark(
                    true,
                    Long.parseLong(element.get("revision")),
                    // It keeps all that it has; so does one that an earlier agent started.
                    guaranteed.isEmpty() ? Long.MAX_VALUE : Long.parseLong(guaranteed) << 10);
        }
    }

    private final Map<String, Mark> marks = new ConcurrentHashMap<>();
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();

    /** Guests that this agent is moving away: paused for their last bytes they still belong here. */
    Set<String> leaving() {
        return leaving;
    }

    List<VmStatus> list(Connect connection) throws LibvirtException {
        List<VmStatus> statuses = new ArrayList<>();
        for (Domain domain : connection.listAllDomains(ACTIVE_AND_INACTIVE)) {
            try {
                statuses.add(status(domain));
            } catch (LibvirtException e) {
                if (!LibvirtProblem.absent(e)) {
                    throw e;
                }
            } finally {
                domain.free();
            }
        }
        return statuses;
    }

    VmStatus status(Domain domain) throws LibvirtException {
        return status(domain.getUUIDString(), domain.getName(), state(domain), mark(domain));
    }

    /** Whether it is remembered whose guest it is. */
    boolean knows(String uuid) {
        return marks.containsKey(uuid);
    }

    /** For a guest that may be gone, from what is remembered. */
    VmStatus remembered(String uuid, String name, VmRunState state) {
        return status(uuid, name, state, marks.getOrDefault(uuid, Mark.NONE));
    }

    /** Reads the mark while the guest is there. */
    void learn(Connect connection, String uuid) {
        try {
            Domain domain = connection.domainLookupByUUIDString(uuid);
            try {
                mark(domain);
            } finally {
                domain.free();
            }
        } catch (LibvirtException e) {
            // It is gone again; its end is told by the next event.
        }
    }

    void forget(String uuid) {
        marks.remove(uuid);
    }

    Optional<Long> revision(Domain domain) throws LibvirtException {
        Mark mark = mark(domain);
        return mark.managed() ? Optional.of(mark.revision()) : Optional.empty();
    }

    /** What the guest always has of its memory; all of it where it is not ours, or gone. */
    long guaranteedBytes(Connect connection, String uuid) {
        if (!knows(uuid)) {
            learn(connection, uuid);
        }
        return marks.getOrDefault(uuid, Mark.NONE).guaranteedBytes();
    }

    private static VmStatus status(String uuid, String name, VmRunState state, Mark mark) {
        return VmStatus.newBuilder()
                .setVmId(uuid)
                .setName(name)
                .setState(state)
                .setManaged(mark.managed())
                .setRevision(mark.revision())
                .build();
    }

    private Mark mark(Domain domain) throws LibvirtException {
        String uuid = domain.getUUIDString();
        Mark known = marks.get(uuid);
        if (known != null) {
            return known;
        }
        Mark read;
        try {
            read = Mark.of(Element.parse(domain.getMetadata(METADATA_ELEMENT, DomainXml.MARK, 0)));
        } catch (LibvirtException e) {
            // Anything else than that it has none says nothing of whose guest it is.
            if (!LibvirtProblem.unmarked(e)) {
                throw e;
            }
            read = Mark.NONE;
        } catch (IllegalArgumentException e) {
            read = Mark.NONE;
        }
        marks.put(uuid, read);
        return read;
    }

    /** One that is paused by a migration is on its way in, or out, or was left behind when its libvirtd ended. */
    private VmRunState migrating(Domain domain, int reason) throws LibvirtException {
        if (leaving.contains(domain.getUUIDString())) {
            return VmRunState.VM_RUN_STATE_RUNNING;
        }
        if (reason == REASON_POST_COPY_FAILED) {
            return VmRunState.VM_RUN_STATE_TORN;
        }
        // libvirt tells of no job only where none is under way: of one that comes in it says that it cannot tell.
        return reason == REASON_MIGRATION && jobType(domain) == NO_JOB
                ? VmRunState.VM_RUN_STATE_LEFT_BEHIND
                : VmRunState.VM_RUN_STATE_MIGRATING_IN;
    }

    private static int jobType(Domain domain) throws LibvirtException {
        try {
            return domain.getJobInfo().getType();
        } catch (LibvirtException e) {
            if (LibvirtProblem.absent(e)) {
                throw e;
            }
            return -1;
        }
    }

    /** Numbers are virDomainState and its reasons. */
    VmRunState state(Domain domain) throws LibvirtException {
        LibvirtExtra.State state = LibvirtExtra.state(domain);
        return switch (state.state()) {
            case 1, 2 ->
                switch (state.state() == 1 ? state.reason() : 0) {
                    // It runs, and is whole only once all of its memory has come.
                    case RUNNING_POST_COPY -> VmRunState.VM_RUN_STATE_MIGRATING_IN;
                    case RUNNING_POST_COPY_FAILED -> VmRunState.VM_RUN_STATE_TORN;
                    default -> VmRunState.VM_RUN_STATE_RUNNING;
                };
            case 3 ->
                switch (state.reason()) {
                    case REASON_IO_ERROR -> VmRunState.VM_RUN_STATE_PAUSED_IO_ERROR;
                    case REASON_STARTING_UP -> VmRunState.VM_RUN_STATE_MIGRATING_IN;
                    case REASON_MIGRATION, REASON_POST_COPY, REASON_POST_COPY_FAILED ->
                        migrating(domain, state.reason());
                    default -> VmRunState.VM_RUN_STATE_PAUSED;
                };
            case 4 -> VmRunState.VM_RUN_STATE_SHUTTING_DOWN;
            // Ours are transient: one that is listed as shut off is coming up, or going, and may run the next moment.
            case 5 -> domain.isPersistent() == 0 ? VmRunState.VM_RUN_STATE_MIGRATING_IN : VmRunState.VM_RUN_STATE_OFF;
            case 6 -> VmRunState.VM_RUN_STATE_CRASHED;
            case 7 -> VmRunState.VM_RUN_STATE_PAUSED;
            default -> VmRunState.VM_RUN_STATE_UNSPECIFIED;
        };
    }
}
