package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.lifecycle.HostState;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The filters every placement goes through, cheapest first. */
public final class Filters {

    /** Memory that a host keeps for itself. */
    static final long HOST_RESERVE_BYTES = 512L << 20;

    public static final List<Filter> ALL = List.of(
            filter(
                    "HostUp",
                    (inventory, request, host) -> host.state() == HostState.UP,
                    (inventory, request, host) -> "It is " + words(host.state()) + ".",
                    request -> true),
            filter(
                    "HostFree",
                    (inventory, request, host) -> !inventory.locked(Kind.HOST, host.id()),
                    (inventory, request, host) -> "An operation has it to itself.",
                    request -> true),
            filter(
                    "NotTriedAlready",
                    (inventory, request, host) -> !request.excluded().contains(host.id()),
                    (inventory, request, host) -> "It was tried already and could not.",
                    request -> !request.excluded().isEmpty()),
            filter(
                    "RequestedHost",
                    (inventory, request, host) ->
                            request.onlyHostId() == null || host.id().equals(request.onlyHostId()),
                    (inventory, request, host) -> "Another host was asked for.",
                    request -> request.onlyHostId() != null),
            filter(
                    "NotSameHost",
                    (inventory, request, host) -> !host.id().equals(request.vm().hostId()),
                    (inventory, request, host) -> "The VM runs there already.",
                    PlacementRequest::isMigration),
            filter(
                    "MigrationAllowed",
                    (inventory, request, host) -> request.vm().spec().migration() != MigrationMode.PINNED,
                    (inventory, request, host) -> "The VM is pinned to the host it runs on.",
                    PlacementRequest::isMigration),
            filter(
                    "CPU",
                    (inventory, request, host) ->
                            hardware(request).vcpus() <= host.facts().cpuThreads(),
                    (inventory, request, host) ->
                            "The VM has " + hardware(request).vcpus() + " virtual CPUs, the host "
                                    + host.facts().cpuThreads() + " CPU threads.",
                    request -> true),
            filter(
                    "Memory",
                    (inventory, request, host) ->
                            hardware(request).memoryBytes() <= freeMemory(inventory, request, host),
                    (inventory, request, host) -> "The VM needs "
                            + mebibytes(hardware(request).memoryBytes()) + ", "
                            + mebibytes(Math.max(0, freeMemory(inventory, request, host))) + " of "
                            + mebibytes(capacity(request, host)) + " are not promised yet.",
                    request -> true),
            filter(
                    "CpuModel",
                    Filters::cpuFits,
                    (inventory, request, host) -> request.cluster().cpuModel() != null
                                    && !host.facts()
                                            .cpuModels()
                                            .contains(request.cluster().cpuModel())
                            ? "It cannot give guests the cluster's CPU model "
                                    + request.cluster().cpuModel() + "."
                            : "Its CPU (" + host.facts().cpuModel() + ", "
                                    + host.facts().virtualization().name().toLowerCase(Locale.ROOT)
                                    + ") differs from the one the guest runs on.",
                    request -> true),
            filter(
                    "Firmware",
                    (inventory, request, host) -> (hardware(request).firmware() != Hardware.Firmware.UEFI
                                    || host.facts().uefi())
                            && (!hardware(request).tpm() || host.facts().tpm()),
                    (inventory, request, host) ->
                            hardware(request).tpm() && !host.facts().tpm()
                                    ? "It has no software TPM (swtpm)."
                                    : "It has no UEFI firmware for guests.",
                    request -> true),
            filter(
                    "Network",
                    (inventory, request, host) -> missingNetwork(inventory, request, host) == null,
                    (inventory, request, host) ->
                            "It does not have the " + missingNetwork(inventory, request, host) + ".",
                    request -> true),
            filter(
                    "Storage",
                    (inventory, request, host) -> missingStorage(inventory, request, host) == null,
                    (inventory, request, host) ->
                            "It does not reach the storage domain " + missingStorage(inventory, request, host) + ".",
                    request -> true),
            filter(
                    "Lease",
                    (inventory, request, host) -> inventory
                            .storageDomain(request.vm().leaseDomainId())
                            .filter(domain -> domain.lockspace().joined(host))
                            .isPresent(),
                    (inventory, request, host) -> "It has not joined the lockspace of the storage domain "
                            + inventory
                                    .storageDomain(request.vm().leaseDomainId())
                                    .map(StorageDomain::name)
                                    .orElse("that holds the VM's lease")
                            + ".",
                    request -> request.vm().leaseDomainId() != null));

    private Filters() {}

    private static boolean cpuFits(Inventory inventory, PlacementRequest request, Host host) {
        String model = request.cluster().cpuModel();
        if (model != null && !host.facts().cpuModels().contains(model)) {
            return false;
        }
        return inventory
                .host(request.vm().hostId())
                .map(source -> source.facts().virtualization() == host.facts().virtualization()
                        && (source.facts().virtualization() != Host.Virtualization.KVM
                                || model != null
                                || source.facts().cpuModel().equals(host.facts().cpuModel())))
                .orElse(true);
    }

    private static @Nullable String missingNetwork(Inventory inventory, PlacementRequest request, Host host) {
        for (var nic : request.vm().spec().nics()) {
            Network network = inventory.network(nic.networkId()).orElse(null);
            if (network == null) {
                return "network " + nic.networkId();
            }
            if (network.network() == Network.NetworkKind.BRIDGE
                    && !host.facts().bridges().contains(network.bridge())) {
                return "bridge " + network.bridge() + " of network " + network.name();
            }
        }
        return null;
    }

    private static @Nullable String missingStorage(Inventory inventory, PlacementRequest request, Host host) {
        for (var disk : request.vm().spec().disks()) {
            StorageDomain domain =
                    inventory.storageDomain(disk.storageDomainId()).orElse(null);
            if (domain == null) {
                return disk.storageDomainId().toString();
            }
            if (!domain.reachableFrom(host.id())
                    || !domain.dataCenterId().equals(request.cluster().dataCenterId())) {
                return domain.name();
            }
        }
        return null;
    }

    /** Bytes of guests' memory that the host may hold in all. */
    static long capacity(PlacementRequest request, Host host) {
        long own = Math.max(0, host.facts().memoryBytes() - HOST_RESERVE_BYTES);
        int percent = request.cluster().scheduling().memoryOvercommitPercent();
        return own / 100 * percent + own % 100 * percent / 100;
    }

    private static long freeMemory(Inventory inventory, PlacementRequest request, Host host) {
        return capacity(request, host) - inventory.useOf(host.id()).memoryBytes();
    }

    private static Hardware hardware(PlacementRequest request) {
        return request.vm().spec().hardware();
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private interface Test {
        boolean passes(Inventory inventory, PlacementRequest request, Host host);
    }

    private interface Words {
        String reason(Inventory inventory, PlacementRequest request, Host host);
    }

    private static Filter filter(String name, Test test, Words words, Predicate<PlacementRequest> applies) {
        return new Filter() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean passes(Inventory inventory, PlacementRequest request, Host host) {
                return !applies.test(request) || test.passes(inventory, request, host);
            }

            @Override
            public String reason(Inventory inventory, PlacementRequest request, Host host) {
                return words.reason(inventory, request, host);
            }
        };
    }
}
