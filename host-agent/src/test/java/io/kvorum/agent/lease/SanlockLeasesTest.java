package io.kvorum.agent.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.CreateLease;
import io.kvorum.proto.agent.v1.DeleteLease;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.InspectLockspace;
import io.kvorum.proto.agent.v1.JoinLockspace;
import io.kvorum.proto.agent.v1.Leasing;
import io.kvorum.proto.agent.v1.LockspaceMember;
import io.kvorum.proto.agent.v1.MemberState;
import io.kvorum.proto.agent.v1.ReleaseLease;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With src/test/sh/sanlock in place of the real one, which the build puts first into PATH. */
class SanlockLeasesTest {

    private static final Path ANSWERS = Path.of("target/fake-sanlock");
    private static final String SPACE = Samples.DOMAIN.replace("-", "");

    @TempDir
    Path dir;

    private SanlockLeases leases;
    private long now;
    private Path folder;

    @BeforeEach
    void aDomainThatThisHostJoinedAsTwo() throws IOException {
        try (Stream<Path> old = Files.exists(ANSWERS) ? Files.list(ANSWERS) : Stream.<Path>empty()) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        Files.createDirectories(ANSWERS);
        folder =
                Files.createDirectories(dir.resolve("kvorum-" + Samples.DOMAIN)).resolve("leases");
        now = System.nanoTime() / 1_000_000_000L;
        leases = new SanlockLeases(dir.resolve("qemu.conf"), 2);
        members("LIVE", 1, now);
    }

    /** Host 1 as the daemon of host 2 sees it. */
    private void members(String state, long generation, long lastLive) throws IOException {
        Files.writeString(
                ANSWERS.resolve("gets"),
                "s " + SPACE + ":2:/x/lockspace:0 \nh 1 gen " + generation + " timestamp 5 " + state
                        + "\nh 2 gen 1 timestamp 6 LIVE\n");
        Files.writeString(
                ANSWERS.resolve("host_status"),
                "1 timestamp 5\n    last_check=" + now + "\n    last_live=" + lastLive
                        + "\n    io_timeout=2\n    owner_name=h1\n2 timestamp 6\n    last_live=" + now
                        + "\n    io_timeout=2\n");
    }

    private StorageDomainRef domain() {
        return StorageDomainRef.newBuilder()
                .setStorageDomainId(Samples.DOMAIN)
                .setKind(StorageKind.STORAGE_KIND_SHARED_FOLDER)
                .setPath(dir.toString())
                .build();
    }

    private VmSpec vm() {
        return Samples.smallest().setLeaseDomain(domain()).build();
    }

    private static CommandContext context(long seconds) {
        return new CommandContext("c", "o", System.nanoTime() + seconds * 1_000_000_000L, progress -> {});
    }

    private void lease(String record) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(Samples.VM), record + "\n");
    }

    private void join() {
        leases.join(
                JoinLockspace.newBuilder()
                        .setStorageDomain(domain())
                        .setLeaseId(2)
                        .build(),
                context(10));
    }

    private CommandFailure refused() {
        return assertThrows(CommandFailure.class, () -> leases.checkFree(vm(), context(20)));
    }

    @Test
    void tellsWhetherGuestsCanHaveLeases() throws IOException {
        assertEquals(Leasing.LEASING_UNSPECIFIED, leases.support());
        Files.writeString(dir.resolve("qemu.conf"), "# lock_manager = \"sanlock\"\n");
        Files.writeString(ANSWERS.resolve("daemon"), "daemon h2\n    use_watchdog=0\n");
        assertEquals(Leasing.LEASING_UNSPECIFIED, leases.support());
        Files.writeString(dir.resolve("qemu.conf"), "user = \"root\"\nlock_manager = \"sanlock\"\n");
        assertEquals(Leasing.LEASING_WITHOUT_WATCHDOG, leases.support());
        Files.writeString(ANSWERS.resolve("daemon"), "daemon h2\n    use_watchdog=1\n");
        assertEquals(Leasing.LEASING_WITH_WATCHDOG, leases.support());
        Files.delete(ANSWERS.resolve("daemon"));
        assertEquals(Leasing.LEASING_UNSPECIFIED, leases.support());
    }

    @Test
    void makesTheLockspaceOnceAndJoinsIt() throws IOException {
        join();
        Files.writeString(ANSWERS.resolve("add"), "-17");
        join();

        List<String> calls = Files.readAllLines(ANSWERS.resolve("calls"));
        assertEquals(
                1, calls.stream().filter(call -> call.startsWith("client init")).count());
        assertTrue(
                calls.contains("client add_lockspace -s " + SPACE + ":2:" + folder.resolve("lockspace") + ":0 -o 2"));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("lockspace")), files.toList());
        }
    }

    @Test
    void namesTheHostThatHasTheIdAlready() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("lockspace"), "2 1 77 copied-host\n");
        Files.writeString(ANSWERS.resolve("add"), "-262");

        CommandFailure failure = assertThrows(CommandFailure.class, this::join);

        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains("copied-host"), failure.getMessage());
    }

    @Test
    void saysThatTheStorageIsFullAndLeavesNothingThere() throws IOException {
        Files.writeString(ANSWERS.resolve("init"), "-28");

        CommandFailure failure = assertThrows(CommandFailure.class, this::join);

        assertEquals(FailureReason.FAILURE_REASON_STORAGE, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains("no space"), failure.getMessage());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void saysThatTheLockspaceCannotBeWritten() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("lockspace"), "0 0 0 nobody\n");
        Files.writeString(ANSWERS.resolve("add"), "-30");

        CommandFailure failure = assertThrows(CommandFailure.class, this::join);

        assertEquals(FailureReason.FAILURE_REASON_STORAGE, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains("cannot read or write"), failure.getMessage());
    }

    @Test
    void tellsOfWhichDomainsItIsAMember() throws IOException {
        assertEquals(Optional.of(Set.of(Samples.DOMAIN)), leases.memberships());
        Files.writeString(ANSWERS.resolve("gets"), "s " + SPACE + ":2:/x/lockspace:0 ADD\ns other:1:/y:0\n");
        assertEquals(Optional.of(Set.of()), leases.memberships());
    }

    @Test
    void makesNoLeaseWhereNoDomainIs() throws IOException {
        Files.delete(folder.getParent());

        CommandFailure failure = assertThrows(
                CommandFailure.class,
                () -> leases.create(CreateLease.newBuilder()
                        .setVmId(Samples.VM)
                        .setStorageDomain(domain())
                        .build()));

        assertEquals(FailureReason.FAILURE_REASON_NOT_FOUND, failure.reason());
        assertFalse(Files.exists(folder));
    }

    @Test
    void startsWhatNobodyHolds() throws IOException {
        lease("1 1 0 vm");
        leases.checkFree(vm(), context(5));
    }

    @Test
    void startsWhatADeadHostOrOneThatJoinedAgainHeld() throws IOException {
        lease("1 1 99 vm");
        members("DEAD", 1, now - 100);
        leases.checkFree(vm(), context(5));
        members("LIVE", 2, now);
        leases.checkFree(vm(), context(5));
    }

    @Test
    void refusesAtOnceWhatALiveHostHoldsAndSaysUntilWhen() throws IOException {
        lease("1 1 99 vm");

        CommandFailure failure = refused();

        assertEquals(FailureReason.FAILURE_REASON_LEASE_HELD, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains("free in 7"), failure.getMessage());
        members("FAIL", 1, now - 30);
        assertTrue(String.valueOf(refused().getMessage()).contains("host id 1"));
    }

    @Test
    void refusesWhatAHostHoldsOfWhichNothingIsKnown() throws IOException {
        lease("3 1 99 vm");
        assertEquals(FailureReason.FAILURE_REASON_LEASE_HELD, refused().reason());
    }

    @Test
    void startsNothingWhereItIsNoMemberOrTheLeaseIsNotThere() throws IOException {
        assertEquals(FailureReason.FAILURE_REASON_STORAGE, refused().reason());
        lease("0 0 0 vm");
        Files.writeString(ANSWERS.resolve("gets"), "");
        assertEquals(FailureReason.FAILURE_REASON_STORAGE, refused().reason());
    }

    @Test
    void knowsWhetherItHoldsALeaseItself() throws IOException {
        lease("2 1 99 vm");
        assertTrue(leases.heldHere(vm()));
        lease("2 1 0 vm");
        assertFalse(leases.heldHere(vm()));
        lease("1 1 99 vm");
        assertFalse(leases.heldHere(vm()));
        assertTrue(leases.heldHere(Samples.smallest().build()));
    }

    @Test
    void freesALeaseOnlyOfTheHolderThatItIsTold() throws IOException {
        ReleaseLease command = ReleaseLease.newBuilder()
                .setVmId(Samples.VM)
                .setStorageDomain(domain())
                .setHolderLeaseId(1)
                .build();
        lease("3 1 99 vm");
        CommandFailure failure = assertThrows(CommandFailure.class, () -> leases.release(command));
        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, failure.reason());
        assertEquals("3 1 99 vm\n", Files.readString(folder.resolve(Samples.VM)));
        lease("1 1 99 vm");
        leases.release(command);
        assertEquals("0 0 0 free\n", Files.readString(folder.resolve(Samples.VM)));
    }

    @Test
    void deletesNoLeaseOfALiveHost() throws IOException {
        DeleteLease command = DeleteLease.newBuilder()
                .setVmId(Samples.VM)
                .setStorageDomain(domain())
                .build();
        leases.delete(command);
        lease("1 1 99 vm");
        assertThrows(CommandFailure.class, () -> leases.delete(command));
        members("DEAD", 1, now - 100);
        leases.delete(command);
        assertFalse(Files.exists(folder.resolve(Samples.VM)));
    }

    @Test
    void tellsOfAMemberWhatStandsOnTheStorageNow() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("lockspace"), "1 1 4711 h1\n");
        members("FAIL", 1, now - 30);
        LockspaceMember member = leases.inspect(InspectLockspace.newBuilder()
                        .setStorageDomain(domain())
                        .addLeaseIds(1)
                        .build())
                .getMembers(0);

        assertEquals(4711, member.getTimestamp());
        assertEquals(MemberState.MEMBER_STATE_FAIL, member.getState());
        assertTrue(member.getFreeIn().getSeconds() > 30 && member.getFreeIn().getSeconds() <= 47);
        Files.writeString(folder.resolve("lockspace"), "1 2 4799 h1\n");
        assertEquals(
                MemberState.MEMBER_STATE_UNSPECIFIED,
                leases.inspect(InspectLockspace.newBuilder()
                                .setStorageDomain(domain())
                                .addLeaseIds(1)
                                .build())
                        .getMembers(0)
                        .getState());
    }
}
