package io.kvorum.agent.lease;

import com.google.protobuf.Duration;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.lease.Sanlock.Leader;
import io.kvorum.agent.lease.Sanlock.Member;
import io.kvorum.agent.storage.DomainLayout;
import io.kvorum.proto.agent.v1.CreateLease;
import io.kvorum.proto.agent.v1.DeleteLease;
import io.kvorum.proto.agent.v1.InspectLockspace;
import io.kvorum.proto.agent.v1.JoinLockspace;
import io.kvorum.proto.agent.v1.Leasing;
import io.kvorum.proto.agent.v1.LeaveLockspace;
import io.kvorum.proto.agent.v1.LockspaceMember;
import io.kvorum.proto.agent.v1.LockspaceResult;
import io.kvorum.proto.agent.v1.MemberState;
import io.kvorum.proto.agent.v1.ReleaseLease;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Leases by sanlock. A domain's lockspace has the domain's id for its name, without dashes, and a lease the VM's.
 *
 * <p>sanlock makes a host's leases free once it has seen no renewal for eight I/O time-outs, which is when that host's
 * own sanlock has killed its guests, and 60 s more, which is when its watchdog has reset it.
 */
public final class SanlockLeases implements Leases {

    /** sanlock's watchdog_fire_timeout. */
    private static final int WATCHDOG_SECONDS = 60;

    private static final long SOON_SECONDS = 8;

    private static final java.time.Duration RETRY = java.time.Duration.ofMillis(500);

    private static final java.time.Duration SETTLED = java.time.Duration.ofMillis(1500);

    private static final Pattern LOCK_MANAGER = Pattern.compile("(?m)^\\s*lock_manager\\s*=\\s*\"sanlock\"");

    private static final Pattern DOMAIN =
            Pattern.compile("([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})");

    private final Sanlock sanlock = new Sanlock();
    private final Path qemuConfig;
    private final int ioTimeoutSeconds;

    /**
     * @param qemuConfig libvirt's qemu.conf, which must name sanlock as its lock manager
     * @param ioTimeoutSeconds of the lockspaces that this host joins
     */
    public SanlockLeases(Path qemuConfig, int ioTimeoutSeconds) {
        this.qemuConfig = qemuConfig;
        this.ioTimeoutSeconds = ioTimeoutSeconds;
    }

    @Override
    public Leasing support() {
        try {
            if (!LOCK_MANAGER.matcher(Files.readString(qemuConfig)).find()) {
                return Leasing.LEASING_UNSPECIFIED;
            }
            return sanlock.watchdog()
                    .map(watchdog -> watchdog ? Leasing.LEASING_WITH_WATCHDOG : Leasing.LEASING_WITHOUT_WATCHDOG)
                    .orElse(Leasing.LEASING_UNSPECIFIED);
        } catch (IOException | CommandFailure e) {
            return Leasing.LEASING_UNSPECIFIED;
        }
    }

    @Override
    public Optional<Set<String>> memberships() {
        return Optional.of(sanlock.memberships().keySet().stream()
                .flatMap(space -> DOMAIN.matcher(space).matches() ? Stream.of(domainId(space)) : Stream.of())
                .collect(Collectors.toSet()));
    }

    @Override
    public void join(JoinLockspace command, CommandContext context) {
        String space = space(command.getStorageDomain());
        Path file = layout(command.getStorageDomain()).lockspace();
        int id = command.getLeaseId();
        LeaseFile.make(file, staging -> sanlock.initLockspace(space, staging, ioTimeoutSeconds));
        int ended = sanlock.addLockspace(space, id, file, ioTimeoutSeconds, context.remaining());
        // One that is still being left, or joined by an earlier command, is there as well, and grants nothing.
        while (ended == Sanlock.EXISTS && sanlock.membership(space).isEmpty() && !context.expired()) {
            context.pause(RETRY);
            ended = sanlock.addLockspace(space, id, file, ioTimeoutSeconds, context.remaining());
        }
        switch (ended) {
            case Sanlock.DONE -> {
                // Members are looked at every second, and one that took too long to become one is put out again.
                context.pause(SETTLED);
                requireMembership(space);
            }
            case Sanlock.EXISTS -> requireMembership(space);
            case Sanlock.ID_BUSY ->
                throw CommandFailure.conflict("Id " + id + " of lockspace " + space + " is used by host "
                        + sanlock.memberRecord(space, id, file)
                                .map(Leader::name)
                                .orElse("unknown")
                        + ", which renews it. No two hosts may have the same one: look for a second engine on this"
                        + " storage, or a copied host");
            case Sanlock.INVALID ->
                throw CommandFailure.conflict("This host is a member of lockspace " + space + " under id "
                        + sanlock.membership(space).map(String::valueOf).orElse("unknown") + ", not " + id
                        + "; it must leave first");
            case Sanlock.NO_ANSWER ->
                throw CommandFailure.timedOut(
                        "sanlock did not say within the limit whether this host joined lockspace " + space);
            default ->
                throw CommandFailure.storage(
                        "This host cannot join the lockspace in " + file + ": " + LeaseFile.words(ended));
        }
    }

    @Override
    public void leave(LeaveLockspace command, CommandContext context) {
        String space = space(command.getStorageDomain());
        Optional<Integer> id = sanlock.membership(space);
        if (id.isEmpty()) {
            return;
        }
        Path file = layout(command.getStorageDomain()).lockspace();
        int ended = sanlock.removeLockspace(space, id.get(), file, context.remaining());
        if (ended == Sanlock.BUSY) {
            throw CommandFailure.conflict("Guests here hold leases of lockspace " + space);
        }
        if (ended != Sanlock.DONE && ended != Sanlock.ABSENT) {
            throw CommandFailure.storage("This host cannot leave lockspace " + space + ": " + LeaseFile.words(ended));
        }
    }

    @Override
    public LockspaceResult inspect(InspectLockspace command) {
        String space = space(command.getStorageDomain());
        Path file = layout(command.getStorageDomain()).lockspace();
        requireMembership(space);
        Map<Integer, Member> members = sanlock.members(space);
        LockspaceResult.Builder result = LockspaceResult.newBuilder();
        for (int id : command.getLeaseIdsList()) {
            Optional<Leader> record = sanlock.memberRecord(space, id, file);
            if (record.isEmpty()) {
                throw CommandFailure.storage("The lockspace in " + file + " cannot be read");
            }
            result.addMembers(member(id, record.get(), Optional.ofNullable(members.get(id))));
        }
        return result.build();
    }

    private static LockspaceMember member(int id, Leader record, Optional<Member> seen) {
        LockspaceMember.Builder member = LockspaceMember.newBuilder()
                .setLeaseId(id)
                .setTimestamp(record.timestamp())
                .setGeneration(record.generation())
                .setIoTimeout(seconds(record.ioTimeoutSeconds()))
                .setOwnerName(record.name());
        if (record.free()) {
            return member.setState(MemberState.MEMBER_STATE_FREE).build();
        }
        return seen.map(known -> member.setState(state(known, record))
                        .setRenewalAge(seconds(age(known)))
                        .setFreeIn(seconds(freeIn(known)))
                        .build())
                .orElseGet(member::build);
    }

    private static MemberState state(Member seen, Leader record) {
        if (seen.generation() != record.generation()) {
            return MemberState.MEMBER_STATE_UNSPECIFIED;
        }
        return switch (seen.state()) {
            case "LIVE" -> MemberState.MEMBER_STATE_LIVE;
            case "FAIL" -> MemberState.MEMBER_STATE_FAIL;
            case "DEAD" -> MemberState.MEMBER_STATE_DEAD;
            case "FREE" -> MemberState.MEMBER_STATE_FREE;
            default -> MemberState.MEMBER_STATE_UNSPECIFIED;
        };
    }

    @Override
    public void create(CreateLease command) {
        String space = space(command.getStorageDomain());
        Path file = layout(command.getStorageDomain()).lease(command.getVmId());
        LeaseFile.make(file, staging -> sanlock.initLease(space, command.getVmId(), staging));
    }

    @Override
    public void delete(DeleteLease command) {
        String space = space(command.getStorageDomain());
        Path file = layout(command.getStorageDomain()).lease(command.getVmId());
        if (!Files.exists(file)) {
            return;
        }
        Optional<Leader> lease = sanlock.lease(space, command.getVmId(), file);
        if (lease.isPresent() && !lease.get().free() && live(space, lease.get())) {
            throw CommandFailure.conflict("The lease of VM " + command.getVmId() + " is held by host id "
                    + lease.get().owner() + ", which is alive");
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw CommandFailure.storage("The lease " + file + " could not be deleted: " + e);
        }
    }

    private boolean live(String space, Leader lease) {
        Member owner = sanlock.members(space).get(lease.owner());
        return owner != null && owner.generation() == lease.generation() && "LIVE".equals(owner.state());
    }

    @Override
    public void release(ReleaseLease command) {
        String space = space(command.getStorageDomain());
        Path file = layout(command.getStorageDomain()).lease(command.getVmId());
        Leader lease = requireLease(space, command.getVmId(), file);
        if (lease.free()) {
            return;
        }
        if (lease.owner() != command.getHolderLeaseId()) {
            throw CommandFailure.conflict("The lease of VM " + command.getVmId() + " is held by host id "
                    + lease.owner() + ", not " + command.getHolderLeaseId() + "; it is left as it is");
        }
        int ended = sanlock.initLease(space, command.getVmId(), file);
        if (ended != Sanlock.DONE) {
            throw CommandFailure.storage("The lease in " + file + " was not released: " + LeaseFile.words(ended));
        }
    }

    @Override
    public void checkFree(VmSpec vm, CommandContext context) {
        if (!vm.hasLeaseDomain()) {
            return;
        }
        String space = space(vm.getLeaseDomain());
        int own = requireMembership(space);
        Path file = layout(vm.getLeaseDomain()).lease(vm.getVmId());
        Optional<Held> held = holder(space, own, requireLease(space, vm.getVmId(), file));
        // No two hosts saw the last renewal at the same moment: the one that asked for this may be seconds ahead.
        while (held.isPresent() && held.get().freeInSeconds() <= SOON_SECONDS && !context.expired()) {
            context.pause(RETRY);
            held = holder(space, own, requireLease(space, vm.getVmId(), file));
        }
        if (held.isPresent()) {
            throw CommandFailure.leaseHeld(
                    held.get().owner(),
                    "The lease of VM " + vm.getVmId() + " is held by host id "
                            + held.get().words());
        }
    }

    /** Who may still hold the lease; empty where sanlock would give it to this host. */
    private Optional<Held> holder(String space, int own, Leader lease) {
        // What this host holds itself is between its own guests: sanlock refuses a second one at once.
        if (lease.free() || lease.owner() == own) {
            return Optional.empty();
        }
        Member holder = sanlock.members(space).get(lease.owner());
        if (holder == null) {
            return Optional.of(new Held(
                    lease.owner(), lease.owner() + ", of which sanlock here knows too little yet", Long.MAX_VALUE));
        }
        boolean joinedAgain = holder.generation() > lease.generation();
        boolean expired = "DEAD".equals(holder.state()) || "FREE".equals(holder.state());
        if (joinedAgain || expired) {
            return Optional.empty();
        }
        long freeIn = freeIn(holder);
        return Optional.of(new Held(
                lease.owner(),
                lease.owner() + ", which renewed it " + age(holder) + " s ago; if it does not again, it is free in "
                        + freeIn + " s",
                freeIn));
    }

    private record Held(int owner, String words, long freeInSeconds) {}

    @Override
    public boolean heldHere(VmSpec vm) {
        if (!vm.hasLeaseDomain()) {
            return true;
        }
        String space = space(vm.getLeaseDomain());
        Path file = layout(vm.getLeaseDomain()).lease(vm.getVmId());
        Leader lease = requireLease(space, vm.getVmId(), file);
        return !lease.free()
                && sanlock.membership(space).filter(own -> own == lease.owner()).isPresent();
    }

    private int requireMembership(String space) {
        return sanlock.membership(space)
                .orElseThrow(() -> CommandFailure.storage("This host is no member of lockspace " + space
                        + ": it has not joined yet, or sanlock's daemon was started again"));
    }

    private Leader requireLease(String space, String vmId, Path file) {
        return sanlock.lease(space, vmId, file)
                .orElseThrow(() -> CommandFailure.storage(
                        "The lease of VM " + vmId + " in " + file + " is not there or cannot be read"));
    }

    private static long age(Member member) {
        return Math.max(0, System.nanoTime() / 1_000_000_000L - member.lastLive());
    }

    /** Both are seconds of the clock that sanlock uses too. */
    private static long freeIn(Member member) {
        if ("DEAD".equals(member.state()) || "FREE".equals(member.state())) {
            return 0;
        }
        return Math.max(1, 8L * member.ioTimeoutSeconds() + WATCHDOG_SECONDS + 1 - age(member));
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    private static DomainLayout layout(StorageDomainRef domain) {
        return DomainLayout.of(domain);
    }

    private static String domainId(String space) {
        return DOMAIN.matcher(space).replaceFirst("$1-$2-$3-$4-$5");
    }

    private static String space(StorageDomainRef domain) {
        return domain.getStorageDomainId().replace("-", "");
    }
}
