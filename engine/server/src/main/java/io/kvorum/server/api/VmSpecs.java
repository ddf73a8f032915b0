package io.kvorum.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Template.TemplateDisk;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.server.api.HardwareView.HardwareChange;
import io.kvorum.server.api.MigrationPolicyView.MigrationPolicyChange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What the API is told of a VM, made into a specification. Ids of parts follow from the VM's own. */
public final class VmSpecs {

    private VmSpecs() {}

    @Schema(name = "VmCreation")
    public record VmCreation(
            @Nullable String name,
            @Nullable String description,
            @Nullable UUID clusterId,
            @Nullable UUID templateId,
            @Nullable HardwareChange hardware,
            @Nullable List<NewDisk> disks,
            @Nullable List<NewNic> nics,

            @JsonProperty("clone") @Schema(enumeration = {"linked", "full"}) @Nullable
            String cloneMode,

            @Nullable HighAvailabilityChange highAvailability,
            @Nullable String migration,
            @Nullable MigrationPolicyChange migrationPolicy,
            @Nullable CloudInitChange cloudInit,
            @Nullable HostWishesChange hosts,
            @Nullable UUID quotaId,

            @Schema(description = "The type whose size it gets; leave the sizes of its hardware out then.") @Nullable
            UUID instanceTypeId,

            @Nullable Boolean start) {}

    @Schema(name = "VmChange")
    public record VmChange(
            @Nullable String name,
            @Nullable String description,

            @Schema(description = "Another cluster, while it is down; one that runs is migrated there.") @Nullable
            UUID clusterId,

            @Nullable HardwareChange hardware,
            @Nullable List<NewNic> nics,
            @Nullable HighAvailabilityChange highAvailability,
            @Nullable String migration,
            @Nullable MigrationPolicyChange migrationPolicy,
            @Nullable HostWishesChange hosts,

            @Schema(description = "The quota that it uses while it runs; empty for none.") @Nullable
            String quotaId,

            @Schema(
                    description = "The type whose size it gets, while it is down; empty for a size of its own, which is"
                            + " the present one unless hardware says another.")
            @Nullable
            String instanceTypeId) {}

    /** What is left out stays; an empty list is for none. */
    public record HostWishesChange(
            @Schema(description = "The hosts that it may run on; empty for any.") @Nullable
            List<UUID> only,

            @Nullable List<UUID> preferred) {

        HostWishes applyTo(HostWishes before) {
            return new HostWishes(
                    named("hosts.only", only, before.only()), named("hosts.preferred", preferred, before.preferred()));
        }

        private static List<UUID> named(String path, @Nullable List<UUID> wanted, List<UUID> before) {
            if (wanted != null && wanted.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid(path, null, "Must be a list of ids of hosts, without null.");
            }
            return wanted == null ? before : wanted.stream().distinct().toList();
        }
    }

    public record NewDisk(
            @Nullable Long sizeBytes,
            @Nullable String format,
            @Nullable UUID storageDomainId) {}

    public record NewNic(@Nullable UUID networkId, @Nullable Boolean linkUp) {}

    public record HighAvailabilityChange(
            @Nullable Boolean enabled,

            @Schema(enumeration = {"low", "medium", "high"}) @Nullable
            String priority,

            @Nullable List<UUID> restartAfter,
            @Nullable Long restartAfterLimitSeconds,

            @Schema(enumeration = {"auto_resume", "leave_paused", "kill"}) @Nullable
            String onStorageReturn,

            @Schema(description = "The storage domain of its lease; empty for none.") @Nullable
            String leaseStorageDomainId) {

        HighAvailability applyTo(HighAvailability before) {
            if (restartAfter != null && restartAfter.stream().anyMatch(Objects::isNull)) {
                throw ProblemException.invalid(
                        "highAvailability.restartAfter", null, "Must be a list of ids of VMs, without null.");
            }
            return new HighAvailability(
                    enabled == null ? before.enabled() : enabled,
                    Words.read("highAvailability.priority", priority, Priority.class, before.priority()),
                    restartAfter == null ? before.restartAfter() : restartAfter,
                    restartAfterLimitSeconds == null
                            ? before.restartAfterLimit()
                            : Duration.ofSeconds(restartAfterLimitSeconds),
                    Words.read(
                            "highAvailability.onStorageReturn",
                            onStorageReturn,
                            OnStorageReturn.class,
                            before.onStorageReturn()),
                    lease(before));
        }

        private @Nullable UUID lease(HighAvailability before) {
            if (leaseStorageDomainId == null) {
                return before.leaseStorageDomainId();
            }
            try {
                return leaseStorageDomainId.isEmpty() ? null : UUID.fromString(leaseStorageDomainId);
            } catch (IllegalArgumentException e) {
                throw ProblemException.invalid(
                        "highAvailability.leaseStorageDomainId",
                        leaseStorageDomainId,
                        "Must be the id of a storage domain, or empty for no lease.");
            }
        }
    }

    public record CloudInitChange(@Nullable String userData) {}

    private enum Clone {
        LINKED,
        FULL
    }

    /** Whether the template's disks shall be copied rather than stood upon. */
    static boolean fullCopy(VmCreation creation) {
        return Words.read("clone", creation.cloneMode(), Clone.class, Clone.LINKED) == Clone.FULL;
    }

    /**
     * A new VM's specification.
     *
     * @param type the instance type that it names
     */
    static VmSpec create(UUID vmId, VmCreation creation, @Nullable Template template, @Nullable InstanceType type) {
        Hardware base = sized(template == null ? HardwareChange.DEFAULT : template.hardware(), type);
        List<VmDisk> disks = new ArrayList<>();
        if (template != null) {
            for (TemplateDisk disk : template.disks()) {
                boolean linked = !fullCopy(creation);
                disks.add(new VmDisk(
                        part(vmId, "disk", disks.size()),
                        disk.storageDomainId(),
                        linked ? DiskFormat.QCOW2 : disk.format(),
                        disk.sizeBytes(),
                        disks.size() + 1,
                        linked ? disk.id() : null));
            }
        }
        List<NewDisk> more = creation.disks() == null ? List.of() : creation.disks();
        for (NewDisk disk : more) {
            String path = "disks[" + (disks.size()) + "].";
            disks.add(new VmDisk(
                    part(vmId, "disk", disks.size()),
                    Words.required(path + "storageDomainId", disk.storageDomainId()),
                    Words.read(path + "format", disk.format(), DiskFormat.class, DiskFormat.QCOW2),
                    Words.required(path + "sizeBytes", disk.sizeBytes()),
                    disks.size() + 1,
                    null));
        }
        return new VmSpec(
                Words.required("name", creation.name()),
                creation.description() == null ? "" : creation.description(),
                Words.required("clusterId", creation.clusterId()),
                creation.templateId(),
                creation.hardware() == null ? base : creation.hardware().applyTo(base),
                disks,
                nics(vmId, creation.nics() == null ? List.of() : creation.nics()),
                creation.highAvailability() == null
                        ? new HighAvailability(false, Priority.MEDIUM)
                        : creation.highAvailability().applyTo(new HighAvailability(false, Priority.MEDIUM)),
                Words.read("migration", creation.migration(), MigrationMode.class, MigrationMode.ALLOWED),
                creation.cloudInit() == null ? null : creation.cloudInit().userData(),
                creation.hosts() == null ? HostWishes.NONE : creation.hosts().applyTo(HostWishes.NONE),
                creation.migrationPolicy() == null
                        ? null
                        : creation.migrationPolicy().ofVm(null),
                creation.quotaId(),
                creation.instanceTypeId());
    }

    /** A VM of that type which has nothing of its own, as one without a template is made. */
    static VmSpec bare(UUID clusterId, InstanceType type) {
        return new VmSpec(
                        "new-vm",
                        "",
                        clusterId,
                        null,
                        type.size().applyTo(HardwareChange.DEFAULT),
                        List.of(),
                        List.of(),
                        new HighAvailability(false, Priority.MEDIUM),
                        MigrationMode.ALLOWED,
                        null)
                .ofType(type.id());
    }

    /** What is said of sizes beyond the type is left to the core to refuse. */
    private static Hardware sized(Hardware hardware, @Nullable InstanceType type) {
        return type == null ? hardware : type.size().applyTo(hardware);
    }

    /**
     * The specification once it is changed.
     *
     * @param type the instance type that it names then
     */
    static VmSpec change(UUID vmId, VmSpec before, VmChange change, @Nullable InstanceType type) {
        Hardware base = sized(before.hardware(), type);
        return new VmSpec(
                change.name() == null ? before.name() : change.name(),
                change.description() == null ? before.description() : change.description(),
                change.clusterId() == null ? before.clusterId() : change.clusterId(),
                before.templateId(),
                change.hardware() == null ? base : change.hardware().applyTo(base),
                before.disks(),
                change.nics() == null ? before.nics() : nics(vmId, change.nics()),
                change.highAvailability() == null
                        ? before.highAvailability()
                        : change.highAvailability().applyTo(before.highAvailability()),
                Words.read("migration", change.migration(), MigrationMode.class, before.migration()),
                before.cloudInitUserData(),
                change.hosts() == null ? before.hosts() : change.hosts().applyTo(before.hosts()),
                change.migrationPolicy() == null
                        ? before.migrationPolicy()
                        : change.migrationPolicy().ofVm(before.migrationPolicy()),
                reference("quotaId", "a quota", change.quotaId(), before.quotaId()),
                instanceTypeId(before, change));
    }

    /** The type that the VM names once it is changed; null for none. */
    static @Nullable UUID instanceTypeId(VmSpec before, VmChange change) {
        return reference("instanceTypeId", "an instance type", change.instanceTypeId(), before.instanceTypeId());
    }

    private static @Nullable UUID reference(String field, String what, @Nullable String wanted, @Nullable UUID before) {
        if (wanted == null) {
            return before;
        }
        try {
            return wanted.isEmpty() ? null : UUID.fromString(wanted);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(field, wanted, "Must be the id of " + what + ", or empty for none.");
        }
    }

    private static List<VmNic> nics(UUID vmId, List<NewNic> wanted) {
        List<VmNic> nics = new ArrayList<>();
        for (NewNic nic : wanted) {
            UUID id = part(vmId, "nic", nics.size());
            nics.add(new VmNic(
                    id,
                    mac(id),
                    Words.required("nics[" + nics.size() + "].networkId", nic.networkId()),
                    nic.linkUp() == null || nic.linkUp()));
        }
        return nics;
    }

    private static UUID part(UUID vmId, String kind, int index) {
        return UUID.nameUUIDFromBytes((vmId + "/" + kind + "/" + index).getBytes(StandardCharsets.UTF_8));
    }

    /** In QEMU's range 52:54:00; the rest are 24 bits of the card's id. */
    private static String mac(UUID nicId) {
        long bits = nicId.getLeastSignificantBits();
        return String.format(
                Locale.ROOT, "52:54:00:%02x:%02x:%02x", (bits >> 16) & 0xff, (bits >> 8) & 0xff, bits & 0xff);
    }
}
