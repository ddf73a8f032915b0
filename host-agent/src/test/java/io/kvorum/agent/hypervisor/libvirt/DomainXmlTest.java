package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.kvorum.agent.config.AgentConfig.Virtualization;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.storage.ChildProcess;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.DiskCache;
import io.kvorum.proto.agent.v1.DiskIo;
import io.kvorum.proto.agent.v1.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DomainXmlTest {
    @TempDir
    Path dir;

    @Test
    void smallestBiosVm() throws IOException {
        golden("minimal-bios", Virtualization.KVM, Samples.smallest(), Optional.empty());
    }

    @Test
    void uefiWithTpmNumaHugepagesAndPinning() throws IOException {
        golden("uefi-tpm-numa-hugepages-pinning", Virtualization.KVM, Samples.tuned(), Optional.empty());
    }

    @Test
    void nicsOnBridgeAndNat() throws IOException {
        golden("bridge-and-nat", Virtualization.KVM, Samples.networked(), Optional.empty());
    }

    @Test
    void cloudInitSeedAsCd() throws IOException {
        golden(
                "cloud-init",
                Virtualization.KVM,
                Samples.seeded(),
                Optional.of(Path.of("/srv/shared/kvorum-" + Samples.DOMAIN + "/seeds/" + Samples.VM + ".iso")));
    }

    @Test
    void disksOfEveryFormatCacheAndBus() throws IOException {
        golden("disk-formats-and-caches", Virtualization.KVM, Samples.manyDisks(), Optional.empty());
    }

    @Test
    void emulatedVm() throws IOException {
        golden("tcg", Virtualization.TCG, Samples.tuned(), Optional.empty());
    }

    @Test
    void emulatedVmWithNamedCpuModel() throws IOException {
        VmSpec.Builder vm = Samples.smallest();
        vm.getCpuBuilder().setMode(CpuMode.CPU_MODE_CUSTOM).setModel("Nehalem");
        golden("tcg-custom-cpu", Virtualization.TCG, vm, Optional.empty());
    }

    @Test
    void roomToGrowWhileItRuns() throws IOException {
        VmSpec.Builder vm = Samples.smallest();
        vm.getCpuBuilder().setMaxSockets(4);
        vm.getMemoryBuilder().setMaxBytes(1L << 30);
        golden("grows", Virtualization.KVM, vm, Optional.empty());

        vm.getCpuBuilder().setMaxSockets(1);
        vm.getMemoryBuilder().setMaxBytes(256L << 20);
        golden("minimal-bios", Virtualization.KVM, vm, Optional.empty());
    }

    @Test
    void exactMachineAndInvariantTimeStampCounter() throws IOException {
        VmSpec.Builder vm = Samples.tuned().setMachine("pc-q35-7.2");
        vm.getCpuBuilder().setTscHertz(2_099_997_000L);
        golden("machine-and-tsc", Virtualization.KVM, vm, Optional.empty());
        assertThrows(CommandFailure.class, () -> xml(Virtualization.TCG, vm, Optional.empty()));
    }

    @Test
    void refusesNativeIoThroughThePageCache() {
        VmSpec.Builder vm = Samples.manyDisks();
        vm.getDisksBuilder(0).setCache(DiskCache.DISK_CACHE_WRITEBACK).setIo(DiskIo.DISK_IO_NATIVE);

        CommandFailure refused =
                assertThrows(CommandFailure.class, () -> xml(Virtualization.KVM, vm, Optional.empty()));

        assertTrue(String.valueOf(refused.getMessage()).contains("cache mode none"), refused.getMessage());
    }

    @Test
    void escapesWhatComesFromOutside() {
        VmSpec.Builder vm = Samples.smallest().setName("a<b>&\"'");

        assertTrue(xml(Virtualization.KVM, vm, Optional.empty()).contains("<name>a&lt;b&gt;&amp;"));
    }

    @Test
    void onlyWhatIsGuaranteedLessThanAllCanGiveMemoryBack() {
        VmSpec.Builder vm = Samples.smallest();
        vm.getMemoryBuilder().setSizeBytes(1L << 30).setGuaranteedBytes(1L << 29);
        assertTrue(xml(Virtualization.KVM, vm, Optional.empty()).contains("guaranteed-kib=\"524288\""));

        vm.getMemoryBuilder().setGuaranteedBytes(1L << 30);
        assertFalse(xml(Virtualization.KVM, vm, Optional.empty()).contains("guaranteed-kib"));
    }

    @Test
    void namesDisksBeyondTheAlphabet() {
        assertEquals("vda", DeviceXml.letters("vd", 0));
        assertEquals("vdz", DeviceXml.letters("vd", 25));
        assertEquals("vdaa", DeviceXml.letters("vd", 26));
        assertEquals("vdbl", DeviceXml.letters("vd", 63));
    }

    private static String xml(Virtualization virtualization, VmSpec.Builder vm, Optional<Path> seed) {
        return new DomainXml(virtualization, Path.of("/var/log/kvorum-serial"))
                .of(vm.build(), "locked-1", seed)
                .toString();
    }

    private void golden(String name, Virtualization virtualization, VmSpec.Builder vm, Optional<Path> seed)
            throws IOException {
        String actual = xml(virtualization, vm, seed);
        Path made = Path.of("target/golden", name + ".xml");
        Files.createDirectories(Path.of("target/golden"));
        Files.writeString(made, actual);
        validate(made);
        Path golden = Path.of("src/test/resources/golden", name + ".xml");
        assertEquals(
                Files.exists(golden) ? Files.readString(golden) : "",
                actual,
                () -> golden + " differs; where the change is meant, copy " + made + " over it");
    }

    private static void validate(Path xml) throws IOException {
        ChildProcess ended;
        try {
            ended = ChildProcess.run(
                    List.of("virt-xml-validate", xml.toString(), "domain"), "", Duration.ofSeconds(60));
        } catch (IOException e) {
            fail("virt-xml-validate is missing; install libvirt-clients and libxml2-utils", e);
            return;
        }
        assertEquals(0, ended.status(), ended.output());
    }
}
