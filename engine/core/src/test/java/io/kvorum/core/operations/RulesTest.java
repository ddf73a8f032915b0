package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Lockspace;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each wrong field is named with its value and what is allowed. */
@NullUnmarked
class RulesTest {

    private final TestCluster cluster = TestCluster.of(2, Things.vm("v"));

    private void refuses(Request request, String field, String value, String words) {
        Operation end = cluster.run(request);
        assertEquals(OperationState.REFUSED, end.state(), () -> request + " was not refused");
        FieldProblem problem = end.problem().errors().stream()
                .filter(error -> error.field().equals(field))
                .findFirst()
                .orElseThrow(() -> new AssertionError(field + " is not among " + end.problem()));
        assertEquals(value, problem.value());
        assertTrue(problem.message().contains(words), problem.message());
    }

    private static Request create(ConfigObject object) {
        return new Request.Configure(object, 0);
    }

    private static Network network(NetworkKind kind, String bridge, String subnet) {
        return new Network(Things.id("n"), "n", Things.DATA_CENTER, kind, bridge, subnet, Meta.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-x", "a b", "ä", "a/b"})
    void namesAreOfPlainCharacters(String name) {
        refuses(create(new DataCenter(Things.id("x"), name, "", Meta.NONE)), "name", name, "1 to 64");
    }

    @Test
    void namesAreTakenWhateverTheCase() {
        refuses(create(new DataCenter(Things.id("x"), "DC", "", Meta.NONE)), "name", "DC", "Another data center");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, 100, highUtilizationPercent, 0, 1 to 100",
        "101, 2, 100, highUtilizationPercent, 101, 1 to 100",
        "80, 1441, 100, cpuOverCommitDurationMinutes, 1441, 0 to 1440",
        "80, 2, 99, memoryOvercommitPercent, 99, 100 to 400"
    })
    void schedulingParametersHaveLimits(int high, int minutes, int memory, String field, String value, String words) {
        Cluster bad = Cluster.named(Things.id("c"), "c", Things.DATA_CENTER)
                .with(new SchedulingPolicy(PolicyName.NONE, high, minutes, memory));
        refuses(create(bad), field, value, words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "/a/../b", "/a//b", "/", "/a b", "/a/."})
    void pathsAreAbsoluteAndPlain(String path) {
        StorageDomain bad = new StorageDomain(
                Things.id("s"),
                "s",
                Things.DATA_CENTER,
                StorageKind.SHARED_FOLDER,
                path,
                null,
                StorageState.UNATTACHED,
                null,
                0,
                0,
                Lockspace.NONE,
                Meta.NONE);
        refuses(create(bad), "path", path, "absolute");
    }

    @Test
    void aLocalFolderNeedsItsHostAndASharedOneNone() {
        refuses(
                create(new StorageDomain(
                        Things.id("s"),
                        "s",
                        Things.DATA_CENTER,
                        StorageKind.LOCAL_FOLDER,
                        "/s",
                        null,
                        StorageState.UNATTACHED,
                        null,
                        0,
                        0,
                        Lockspace.NONE,
                        Meta.NONE)),
                "hostId",
                "",
                "needs the host");
        refuses(
                create(new StorageDomain(
                        Things.id("s"),
                        "s",
                        Things.DATA_CENTER,
                        StorageKind.SHARED_FOLDER,
                        "/s",
                        Things.id("h1"),
                        StorageState.UNATTACHED,
                        null,
                        0,
                        0,
                        Lockspace.NONE,
                        Meta.NONE)),
                "hostId",
                Things.id("h1").toString(),
                "no single host");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "NAT, br, -, subnet, ''",
                "NAT, br, 10.0.0.1/24, subnet, 10.0.0.1/24",
                "NAT, br, 10.0.0.256/24, subnet, 10.0.0.256/24",
                "NAT, br, 10.0.0.0/31, subnet, 10.0.0.0/31",
                "BRIDGE, br, 10.0.0.0/24, subnet, 10.0.0.0/24",
                "BRIDGE, 0br, -, bridge, 0br",
                "BRIDGE, abcdefghijklmnop, -, bridge, abcdefghijklmnop",
                "BRIDGE, kv0, -, bridge, kv0"
            })
    void networksAreWellFormed(NetworkKind kind, String bridge, String subnet, String field, String value) {
        refuses(create(network(kind, bridge, subnet)), field, value, "");
    }

    @Test
    void whatOthersRelyOnIsFixed() {
        cluster.run(create(new DataCenter(Things.id("dc2"), "dc2", "", Meta.NONE)));
        Network moved =
                new Network(Things.NET, "net", Things.id("dc2"), NetworkKind.NAT, "kv0", "192.168.90.0/24", Meta.NONE);
        StorageDomain elsewhere = new StorageDomain(
                Things.STORE,
                "store",
                Things.DATA_CENTER,
                StorageKind.SHARED_FOLDER,
                "/other",
                null,
                StorageState.ACTIVE,
                null,
                1,
                1,
                Lockspace.NONE,
                Meta.NONE);

        Operation stale = cluster.run(new Request.Configure(moved, 99));
        Operation again = cluster.run(create(elsewhere));
        Operation missing = cluster.run(new Request.Configure(network(NetworkKind.BRIDGE, "br", null), 3));

        assertEquals(Problem.Type.STALE, stale.problem().type());
        assertEquals(Problem.Type.CONFLICT, again.problem().type());
        assertEquals(Problem.Type.NOT_FOUND, missing.problem().type());
        StorageDomain now = cluster.storage("store");
        refuses(new Request.Configure(elsewhere, now.meta().revision()), "dataCenterId", "store", "cannot be changed");
    }

    @ParameterizedTest
    @CsvSource({"DATA_CENTER, dc", "CLUSTER, cluster", "STORAGE_DOMAIN, store", "NETWORK, net"})
    void whatIsUsedIsNotRemoved(Kind kind, String name) {
        Operation end = cluster.run(new Request.RemoveConfig(kind, Things.id(name), null));

        assertEquals(Problem.Type.CONFLICT, end.problem().type());
        assertNotNull(end.problem().blocker());
    }

    @Test
    void whatIsNotConfigurationIsNotRemovedAsSuch() {
        Operation end = cluster.run(new Request.RemoveConfig(Kind.HOST, Things.id("h1"), null));

        assertEquals(Problem.Type.NOT_FOUND, end.problem().type());
    }

    private static Request vm(Hardware hardware) {
        VmSpec spec = Things.spec("x");
        return new Request.CreateVm(
                Things.id("x"),
                new VmSpec(
                        "x",
                        "",
                        Things.CLUSTER,
                        null,
                        hardware,
                        spec.disks(),
                        spec.nics(),
                        spec.highAvailability(),
                        spec.migration(),
                        null),
                false,
                false);
    }

    private static Hardware hardware(int sockets, int threads, long memory, long guaranteed) {
        return new Hardware(
                sockets,
                1,
                threads,
                memory,
                guaranteed,
                Hardware.Firmware.BIOS,
                Hardware.CpuMode.DEFAULT,
                false,
                false,
                false,
                false,
                Tuning.NONE,
                null,
                null);
    }

    @Test
    void hardwareHasLimits() {
        refuses(vm(hardware(0, 1, Things.GIB, 0)), "hardware.sockets", "0", "1 to 512");
        refuses(vm(hardware(1, 9, Things.GIB, 0)), "hardware.threadsPerCore", "9", "1 to 8");
        refuses(vm(hardware(512, 2, Things.GIB, 0)), "hardware", "1024 virtual CPUs", "At most 512");
        refuses(vm(hardware(1, 1, 1, 0)), "hardware.memoryBytes", "1", "from");
        refuses(vm(hardware(1, 1, Things.GIB + 1, 0)), "hardware.memoryBytes", "1073741825", "whole MiB");
        refuses(vm(hardware(1, 1, Things.GIB, 2 * Things.GIB)), "hardware.guaranteedMemoryBytes", "2147483648", "0 to");
    }

    @Test
    void disksAndCardsBelongToTheDataCenter() {
        VmSpec spec = Things.spec("x");
        Vm.VmDisk disk = spec.disks().getFirst();
        Vm.VmDisk nowhere = new Vm.VmDisk(disk.id(), Things.id("none"), disk.format(), 1, 1, null);
        Vm.VmNic lost = new Vm.VmNic(Things.id("n"), "52:54:00:00:00:02", Things.id("none"), true);
        Request request = new Request.CreateVm(
                Things.id("x"),
                new VmSpec(
                        "x",
                        "",
                        Things.CLUSTER,
                        null,
                        spec.hardware(),
                        List.of(disk, nowhere),
                        List.of(lost),
                        spec.highAvailability(),
                        spec.migration(),
                        "x".repeat(70_000)),
                false,
                false);

        refuses(request, "disks[1].sizeBytes", "1", "from");
        refuses(request, "disks[1].bootOrder", "1", "Another disk");
        refuses(request, "disks[1].storageDomainId", Things.id("none").toString(), "no such");
        refuses(request, "nics[0].networkId", Things.id("none").toString(), "no such");
        refuses(request, "cloudInit.userData", "70000 characters", "At most");
    }
}
