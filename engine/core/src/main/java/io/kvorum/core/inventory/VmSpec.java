package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.HostWishes;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a VM wants.
 *
 * @param migrationPolicy how it travels; null for as its cluster says
 * @param quotaId the quota that it uses while it runs; null for none
 * @param instanceTypeId the type whose size its hardware has; null for a size of its own
 */
public record VmSpec(
        String name,
        String description,
        UUID clusterId,
        @Nullable UUID templateId,
        Hardware hardware,
        List<VmDisk> disks,
        List<VmNic> nics,
        HighAvailability highAvailability,
        MigrationMode migration,
        @Nullable String cloudInitUserData,
        HostWishes hosts,
        @Nullable MigrationPolicy migrationPolicy,
        @Nullable UUID quotaId,
        @Nullable UUID instanceTypeId) {

    public VmSpec {
        disks = List.copyOf(disks);
        nics = List.copyOf(nics);
        if (hosts == null) {
            hosts = HostWishes.NONE; // stored before there were any
        }
    }

    /** For any host, travelling as its cluster says. */
    public VmSpec(
            String name,
            String description,
            UUID clusterId,
            @Nullable UUID templateId,
            Hardware hardware,
            List<VmDisk> disks,
            List<VmNic> nics,
            HighAvailability highAvailability,
            MigrationMode migration,
            @Nullable String cloudInitUserData) {
        this(
                name,
                description,
                clusterId,
                templateId,
                hardware,
                disks,
                nics,
                highAvailability,
                migration,
                cloudInitUserData,
                HostWishes.NONE,
                null,
                null,
                null);
    }

    /** The same in that cluster. */
    public VmSpec in(UUID newClusterId) {
        return with(draft -> draft.clusterId = newClusterId);
    }

    public VmSpec with(HostWishes wishes) {
        return with(draft -> draft.hosts = wishes);
    }

    public VmSpec inQuota(@Nullable UUID newQuotaId) {
        return with(draft -> draft.quotaId = newQuotaId);
    }

    /** Of that type, whose size the hardware must have. */
    public VmSpec ofType(@Nullable UUID newInstanceTypeId) {
        return with(draft -> draft.instanceTypeId = newInstanceTypeId);
    }

    public VmSpec with(Hardware newHardware) {
        return with(draft -> draft.hardware = newHardware);
    }

    public VmSpec with(HighAvailability newHighAvailability) {
        return with(draft -> draft.highAvailability = newHighAvailability);
    }

    private VmSpec with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new VmSpec(
                name,
                description,
                draft.clusterId,
                templateId,
                draft.hardware,
                disks,
                nics,
                draft.highAvailability,
                migration,
                cloudInitUserData,
                draft.hosts,
                migrationPolicy,
                draft.quotaId,
                draft.instanceTypeId);
    }

    /** What may become different in a copy. */
    private static final class Draft {
        UUID clusterId;
        Hardware hardware;
        HighAvailability highAvailability;
        HostWishes hosts;

        @Nullable
        UUID quotaId;

        @Nullable
        UUID instanceTypeId;

        Draft(VmSpec spec) {
            clusterId = spec.clusterId;
            hardware = spec.hardware;
            highAvailability = spec.highAvailability;
            hosts = spec.hosts;
            quotaId = spec.quotaId;
            instanceTypeId = spec.instanceTypeId;
        }
    }
}
