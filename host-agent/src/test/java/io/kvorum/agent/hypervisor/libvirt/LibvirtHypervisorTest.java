package io.kvorum.agent.hypervisor.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.HypervisorListener;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.GrowVm;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.VmEvent;
import io.kvorum.proto.agent.v1.VmEventCause;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import io.kvorum.proto.agent.v1.VmStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** Against libvirt's test driver, whose one guest "test" Kvorum did not start. */
class LibvirtHypervisorTest {
    private static final String FOREIGN = "6695eb01-f6a4-8304-79aa-97f2502e193f";

    @TempDir
    Path dir;

    final Heard heard = new Heard();
    LibvirtHypervisor hypervisor;
    Connect aside;

    @BeforeEach
    void open() throws Exception {
        hypervisor = LibvirtHypervisor.open(config("test:///default"));
        hypervisor.listen(heard);
        await().atMost(Duration.ofSeconds(20)).until(() -> hypervisor.health().getHypervisorConnected());
        aside = new Connect("test:///default");
    }

    @AfterEach
    void close() throws Exception {
        for (int id : aside.listDomains()) {
            if (aside.domainLookupByID(id).getUUIDString().equals(Samples.VM)) {
                aside.domainLookupByID(id).destroy();
            }
        }
        aside.close();
        hypervisor.close();
    }

    @Test
    void tellsFactsOfTheHost() {
        HostFacts facts = hypervisor.facts();

        assertEquals(3L << 30, facts.getMemoryBytes());
        assertEquals(16, facts.getCpu().getThreads());
        assertEquals("boot-1", facts.getBootId());
        assertFalse(facts.getVersions().getLibvirt().isEmpty());
        assertEquals(facts, hypervisor.lastFacts());
    }

    @Test
    void listsForeignGuestAsNotManaged() {
        List<VmStatus> guests = hypervisor.inventory();

        assertEquals(1, guests.size());
        assertEquals(FOREIGN, guests.getFirst().getVmId());
        assertEquals(VmRunState.VM_RUN_STATE_RUNNING, guests.getFirst().getState());
        assertFalse(guests.getFirst().getManaged());
    }

    @Test
    void neverTouchesForeignGuest() {
        for (Runnable touch : List.<Runnable>of(
                () -> hypervisor.stop(FOREIGN),
                () -> hypervisor.pause(FOREIGN),
                () -> hypervisor.reboot(FOREIGN),
                () -> hypervisor.grow(GrowVm.newBuilder().setVmId(FOREIGN).build(), context()),
                () -> hypervisor.shutdown(FOREIGN, context()))) {
            CommandFailure refused = assertThrows(CommandFailure.class, touch::run);
            assertEquals(FailureReason.FAILURE_REASON_CONFLICT, refused.reason());
        }
        assertEquals(
                VmRunState.VM_RUN_STATE_RUNNING,
                hypervisor.query(FOREIGN).orElseThrow().getState());
    }

    @Test
    void tellsEventsOfGuest() throws Exception {
        startMarked(5);
        hypervisor.pause(Samples.VM);
        hypervisor.resume(Samples.VM);
        hypervisor.stop(Samples.VM);

        await().atMost(Duration.ofSeconds(10)).until(() -> heard.events.size() >= 4);
        assertEquals(
                List.of(
                        VmEventCause.VM_EVENT_CAUSE_STARTED,
                        VmEventCause.VM_EVENT_CAUSE_PAUSED,
                        VmEventCause.VM_EVENT_CAUSE_RESUMED,
                        VmEventCause.VM_EVENT_CAUSE_STOPPED),
                heard.events.stream().map(VmEvent::getCause).toList());
        VmStatus last = heard.events.getLast().getVm();
        assertEquals(VmRunState.VM_RUN_STATE_OFF, last.getState());
        assertTrue(last.getManaged(), "what a guest was is remembered beyond its end");
        assertEquals(5, last.getRevision());
    }

    @Test
    void takesGuestThatRunsUnderThisRevisionAsStarted() throws Exception {
        startMarked(3);

        assertEquals(
                VmRunState.VM_RUN_STATE_RUNNING,
                hypervisor.start(StartVm.newBuilder().setVm(Samples.smallest()).build(), context()));
    }

    @Test
    void refusesToStartOlderRevisionOfRunningGuest() throws Exception {
        startMarked(4);

        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> hypervisor.start(
                        StartVm.newBuilder().setVm(Samples.smallest()).build(), context()));

        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, refused.reason());
    }

    @Test
    void takesStopOfAbsentGuestAsDone() {
        hypervisor.stop(Samples.VM);
        hypervisor.shutdown(Samples.VM, context());
        assertTrue(hypervisor.query(Samples.VM).isEmpty());
    }

    @Test
    void startsGuestWithItsMark() {
        VmRunState state =
                hypervisor.start(StartVm.newBuilder().setVm(Samples.smallest()).build(), context());

        assertEquals(VmRunState.VM_RUN_STATE_RUNNING, state);
        VmStatus guest = hypervisor.query(Samples.VM).orElseThrow();
        assertTrue(guest.getManaged());
        assertEquals(3, guest.getRevision());
    }

    @Test
    void growsWhatWasStartedWithRoomForIt() throws Exception {
        VmSpec.Builder roomy = Samples.smallest();
        roomy.getCpuBuilder().setMaxSockets(4);
        hypervisor.start(StartVm.newBuilder().setVm(roomy).build(), context());
        GrowVm.Builder more = GrowVm.newBuilder().setVmId(Samples.VM);

        hypervisor.grow(more.setVcpus(3).build(), context());

        String grown = aside.domainLookupByUUIDString(Samples.VM).getXMLDesc(0);
        assertTrue(grown.contains("<vcpu placement='static' current='3'>4</vcpu>"), grown);
        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> hypervisor.grow(more.setMemoryBytes(1L << 30).build(), context()));
        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, refused.reason());
    }

    @Test
    void passesLibvirtsWordsOnWhereAStartFails() {
        StartVm taken =
                StartVm.newBuilder().setVm(Samples.smallest().setName("test")).build();

        CommandFailure failed = assertThrows(CommandFailure.class, () -> hypervisor.start(taken, context()));

        assertTrue(String.valueOf(failed.getMessage()).contains("libvirt says: "), failed.getMessage());
        assertTrue(String.valueOf(failed.getMessage()).contains(FOREIGN), failed.getMessage());
    }

    @Test
    void connectsAsSoonAsLibvirtIsThere() throws Exception {
        Path driver = dir.resolve("late.xml");
        Heard late = new Heard();
        try (LibvirtHypervisor away = LibvirtHypervisor.open(config("test://" + driver))) {
            away.listen(late);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> away.health().getProblem().contains("late.xml"));
            CommandFailure refused = assertThrows(CommandFailure.class, away::inventory);
            assertEquals(FailureReason.FAILURE_REASON_HYPERVISOR, refused.reason());
            assertEquals("boot-1", away.lastFacts().getBootId());
            assertEquals(0, away.lastFacts().getMemoryBytes());

            Files.writeString(driver, "<node/>");

            await().atMost(Duration.ofSeconds(10)).until(() -> away.health().getHypervisorConnected());
            assertEquals("", away.health().getProblem());
            assertEquals(List.of(), away.inventory());
            await().atMost(Duration.ofSeconds(10)).until(() -> late.inventories.size() == 1);
        }
    }

    @Test
    void remembersFactsWhileLibvirtIsAway() {
        HostFacts facts = hypervisor.facts();

        hypervisor.close();

        assertFalse(hypervisor.health().getHypervisorConnected());
        assertThrows(CommandFailure.class, hypervisor::facts);
        assertEquals(facts, hypervisor.lastFacts());
    }

    private AgentConfig config(String uri) throws Exception {
        Properties values = new Properties();
        values.setProperty("hypervisor.uri", uri);
        values.setProperty("serial.log-dir", dir.resolve("serial").toString());
        values.setProperty(
                "host.boot-id-file",
                Files.writeString(dir.resolve("boot-id"), "boot-1\n").toString());
        return AgentConfig.of(values);
    }

    private void startMarked(long revision) throws LibvirtException {
        aside.domainCreateXML("""
                <domain type='test'>
                  <name>sample</name>
                  <uuid>%s</uuid>
                  <metadata><kvorum:vm xmlns:kvorum='%s' revision='%d'/></metadata>
                  <memory>262144</memory>
                  <os><type>hvm</type></os>
                </domain>
                """.formatted(Samples.VM, DomainXml.MARK, revision), 0);
    }

    private static CommandContext context() {
        return new CommandContext("c", "o", System.nanoTime() + TimeUnit.SECONDS.toNanos(5), progress -> {});
    }

    private static final class Heard implements HypervisorListener {
        final List<VmEvent> events = new CopyOnWriteArrayList<>();
        final List<Boolean> inventories = new CopyOnWriteArrayList<>();

        @Override
        public void happened(VmEvent event) {
            events.add(event);
        }

        @Override
        public void inventoryChanged() {
            inventories.add(true);
        }
    }
}
