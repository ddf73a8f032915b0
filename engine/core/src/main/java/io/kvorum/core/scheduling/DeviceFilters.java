package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.HostFeature;
import io.kvorum.core.inventory.HostFeature.Type;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the host has what the VM is plugged into. */
final class DeviceFilters {

    private static final HostFeature UEFI = new HostFeature(Type.UEFI, "yes");
    private static final HostFeature TPM = new HostFeature(Type.TPM, "yes");

    static final List<Filter> ALL = List.of(new Firmware(), new Networks(), new Storage(), new Lease());

    private DeviceFilters() {}

    private record Firmware() implements Filter {

        @Override
        public String name() {
            return "Firmware";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.hardware().firmware() == Hardware.Firmware.UEFI
                    || all.hardware().tpm();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return (all.hardware().firmware() != Hardware.Firmware.UEFI
                            || all.hosts().with(UEFI).contains(slot))
                    && (!all.hardware().tpm() || all.hosts().with(TPM).contains(slot));
        }

        @Override
        public String reason(Candidates all, int slot) {
            return all.hardware().tpm() && !all.hosts().with(TPM).contains(slot)
                    ? "It has no software TPM (swtpm)."
                    : "It has no UEFI firmware for guests.";
        }
    }

    private record Networks() implements Filter {

        @Override
        public String name() {
            return "Network";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.vm().spec().nics().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return missing(all, slot) == null;
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It does not have the " + missing(all, slot) + ".";
        }

        private static @Nullable String missing(Candidates all, int slot) {
            for (VmNic nic : all.vm().spec().nics()) {
                Network network = network(all, nic);
                if (network == null) {
                    return "network " + nic.networkId();
                }
                SlotSet bridged = bridged(all, network);
                if (bridged != null && !bridged.contains(slot)) {
                    return "bridge " + network.bridge() + " of network " + network.name();
                }
            }
            return null;
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            List<VmNic> nics = all.vm().spec().nics();
            for (int i = 0; i < nics.size(); i++) {
                Network network = network(all, nics.get(i));
                if (network == null) {
                    hosts.clear();
                    return;
                }
                SlotSet bridged = bridged(all, network);
                if (bridged != null) {
                    hosts.retain(bridged);
                }
            }
        }

        private static @Nullable Network network(Candidates all, VmNic nic) {
            return all.surroundings().network(nic.networkId()).orElse(null);
        }

        /** Hosts with its bridge; null where the host makes it itself. */
        private static @Nullable SlotSet bridged(Candidates all, Network network) {
            return network.network() == NetworkKind.BRIDGE
                    ? all.hosts().with(new HostFeature(Type.BRIDGE, network.bridge()))
                    : null;
        }
    }

    private record Storage() implements Filter {

        @Override
        public String name() {
            return "Storage";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.vm().spec().disks().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return missing(all, slot) == null;
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It does not reach the storage domain " + missing(all, slot) + ".";
        }

        private static @Nullable String missing(Candidates all, int slot) {
            for (VmDisk disk : all.vm().spec().disks()) {
                StorageDomain domain =
                        all.surroundings().storageDomain(disk.storageDomainId()).orElse(null);
                if (domain == null) {
                    return disk.storageDomainId().toString();
                }
                if (!domain.reachableFrom(all.host(slot).id()) || !inDataCenter(all, domain)) {
                    return domain.name();
                }
            }
            return null;
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            List<VmDisk> disks = all.vm().spec().disks();
            for (int i = 0; i < disks.size(); i++) {
                StorageDomain domain = all.surroundings()
                        .storageDomain(disks.get(i).storageDomainId())
                        .orElse(null);
                if (domain == null || !inDataCenter(all, domain)) {
                    hosts.clear();
                    return;
                }
                if (domain.hostId() != null) {
                    keepOnly(hosts, all.hosts().slotOf(domain.hostId()));
                }
            }
        }

        private static void keepOnly(SlotSet hosts, int slot) {
            boolean had = slot >= 0 && hosts.contains(slot);
            hosts.clear();
            if (had) {
                hosts.add(slot);
            }
        }

        private static boolean inDataCenter(Candidates all, StorageDomain domain) {
            return domain.dataCenterId().equals(all.request().cluster().dataCenterId());
        }
    }

    private record Lease() implements Filter {

        @Override
        public String name() {
            return "VM leases ready";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.vm().leaseDomainId() != null;
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            StorageDomain domain = domain(all);
            return domain != null && domain.lockspace().joined(all.host(slot));
        }

        @Override
        public String reason(Candidates all, int slot) {
            StorageDomain domain = domain(all);
            return "It has not joined the lockspace of the storage domain "
                    + (domain == null ? "that holds the VM's lease" : domain.name()) + ".";
        }

        private static @Nullable StorageDomain domain(Candidates all) {
            return all.surroundings().storageDomain(all.vm().leaseDomainId()).orElse(null);
        }
    }
}
