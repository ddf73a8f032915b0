package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm.MigrationMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The filters every placement goes through, cheapest first. */
final class Filters {

    static final List<Filter> ALL = List.of(
            filter(
                    "HostUp",
                    (all, slot) -> all.hosts().up(slot),
                    (all, slot) -> "It is " + words(all.host(slot).state()) + ".",
                    request -> true),
            filter(
                    "HostFree",
                    (all, slot) -> !all.hosts().locked(slot),
                    (all, slot) -> "An operation has it to itself.",
                    request -> true),
            filter(
                    "NotTriedAlready",
                    (all, slot) ->
                            !all.request().excluded().contains(all.host(slot).id()),
                    (all, slot) -> "It was tried already and could not.",
                    request -> !request.excluded().isEmpty()),
            filter(
                    "RequestedHost",
                    (all, slot) -> all.request().onlyHostId() == null
                            || all.host(slot).id().equals(all.request().onlyHostId()),
                    (all, slot) -> "Another host was asked for.",
                    request -> request.onlyHostId() != null),
            filter(
                    "NotSameHost",
                    (all, slot) ->
                            !all.host(slot).id().equals(all.request().vm().hostId()),
                    (all, slot) -> "The VM runs there already.",
                    PlacementRequest::isMigration),
            filter(
                    "MigrationAllowed",
                    (all, slot) -> all.request().vm().spec().migration() != MigrationMode.PINNED,
                    (all, slot) -> "The VM is pinned to the host it runs on.",
                    PlacementRequest::isMigration),
            filter(
                    "CPU",
                    (all, slot) -> all.vcpus() <= all.hosts().threads(slot),
                    (all, slot) -> "The VM has " + all.vcpus() + " virtual CPUs, the host "
                            + all.hosts().threads(slot) + " CPU threads.",
                    request -> true),
            filter(
                    "Memory",
                    (all, slot) -> all.memoryBytes() <= all.freeBytes(slot),
                    (all, slot) -> "The VM needs "
                            + mebibytes(all.memoryBytes()) + ", "
                            + mebibytes(Math.max(0, all.freeBytes(slot))) + " of "
                            + mebibytes(all.capacityBytes(slot)) + " are not promised yet.",
                    request -> true),
            filter(
                    "CpuModel",
                    Filters::cpuFits,
                    (all, slot) -> all.request().cluster().cpuModel() != null
                                    && !all.host(slot)
                                            .facts()
                                            .cpuModels()
                                            .contains(all.request().cluster().cpuModel())
                            ? "It cannot give guests the cluster's CPU model "
                                    + all.request().cluster().cpuModel() + "."
                            : "Its CPU (" + all.host(slot).facts().cpuModel() + ", "
                                    + all.host(slot)
                                            .facts()
                                            .virtualization()
                                            .name()
                                            .toLowerCase(Locale.ROOT)
                                    + ") differs from the one the guest runs on.",
                    request -> true),
            filter(
                    "Firmware",
                    (all, slot) -> (hardware(all).firmware() != Hardware.Firmware.UEFI
                                    || all.host(slot).facts().uefi())
                            && (!hardware(all).tpm() || all.host(slot).facts().tpm()),
                    (all, slot) ->
                            hardware(all).tpm() && !all.host(slot).facts().tpm()
                                    ? "It has no software TPM (swtpm)."
                                    : "It has no UEFI firmware for guests.",
                    request -> true),
            filter(
                    "Network",
                    (all, slot) -> missingNetwork(all, slot) == null,
                    (all, slot) -> "It does not have the " + missingNetwork(all, slot) + ".",
                    request -> true),
            filter(
                    "Storage",
                    (all, slot) -> missingStorage(all, slot) == null,
                    (all, slot) -> "It does not reach the storage domain " + missingStorage(all, slot) + ".",
                    request -> true),
            filter(
                    "Lease",
                    (all, slot) -> leaseDomain(all)
                            .filter(domain -> domain.lockspace().joined(all.host(slot)))
                            .isPresent(),
                    (all, slot) -> "It has not joined the lockspace of the storage domain "
                            + leaseDomain(all).map(StorageDomain::name).orElse("that holds the VM's lease") + ".",
                    request -> request.vm().leaseDomainId() != null));

    private Filters() {}

    private static boolean cpuFits(Candidates all, int slot) {
        String model = all.request().cluster().cpuModel();
        if (model != null && !all.host(slot).facts().cpuModels().contains(model)) {
            return false;
        }
        return all.inventory()
                .host(all.request().vm().hostId())
                .map(source -> source.facts().virtualization()
                                == all.host(slot).facts().virtualization()
                        && (source.facts().virtualization() != Host.Virtualization.KVM
                                || model != null
                                || source.facts()
                                        .cpuModel()
                                        .equals(all.host(slot).facts().cpuModel())))
                .orElse(true);
    }

    private static @Nullable String missingNetwork(Candidates all, int slot) {
        for (var nic : all.request().vm().spec().nics()) {
            Network network = all.inventory().network(nic.networkId()).orElse(null);
            if (network == null) {
                return "network " + nic.networkId();
            }
            if (network.network() == Network.NetworkKind.BRIDGE
                    && !all.host(slot).facts().bridges().contains(network.bridge())) {
                return "bridge " + network.bridge() + " of network " + network.name();
            }
        }
        return null;
    }

    private static @Nullable String missingStorage(Candidates all, int slot) {
        for (var disk : all.request().vm().spec().disks()) {
            StorageDomain domain =
                    all.inventory().storageDomain(disk.storageDomainId()).orElse(null);
            if (domain == null) {
                return disk.storageDomainId().toString();
            }
            if (!domain.reachableFrom(all.host(slot).id())
                    || !domain.dataCenterId().equals(all.request().cluster().dataCenterId())) {
                return domain.name();
            }
        }
        return null;
    }

    private static Optional<StorageDomain> leaseDomain(Candidates all) {
        return all.inventory().storageDomain(all.request().vm().leaseDomainId());
    }

    private static Hardware hardware(Candidates all) {
        return all.request().vm().spec().hardware();
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private interface Test {
        boolean admits(Candidates all, int slot);
    }

    private interface Words {
        String reason(Candidates all, int slot);
    }

    private static Filter filter(String name, Test test, Words words, Predicate<PlacementRequest> applies) {
        return new Filter() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean admits(Candidates all, int slot) {
                return !applies.test(all.request()) || test.admits(all, slot);
            }

            @Override
            public String reason(Candidates all, int slot) {
                return words.reason(all, slot);
            }
        };
    }
}
