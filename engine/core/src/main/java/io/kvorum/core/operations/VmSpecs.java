package io.kvorum.core.operations;

import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.VmSpec;
import java.util.List;

/** Specifications that differ in one thing. */
final class VmSpecs {

    private VmSpecs() {}

    static VmSpec withDisks(VmSpec spec, List<VmDisk> disks) {
        return new VmSpec(
                spec.name(),
                spec.description(),
                spec.clusterId(),
                spec.templateId(),
                spec.hardware(),
                disks,
                spec.nics(),
                spec.highAvailability(),
                spec.migration(),
                spec.cloudInitUserData(),
                spec.hosts(),
                spec.migrationPolicy(),
                spec.quotaId(),
                spec.instanceTypeId());
    }
}
