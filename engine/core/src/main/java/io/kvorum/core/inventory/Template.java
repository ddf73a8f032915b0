package io.kvorum.core.inventory;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What VMs are made from: hardware and disks that are never written again. */
public record Template(
        UUID id,
        String name,
        String description,
        UUID dataCenterId,
        Hardware hardware,
        List<TemplateDisk> disks,
        boolean ready,
        Meta meta)
        implements Entity {

    public Template {
        disks = List.copyOf(disks);
    }

    @Override
    public Kind kind() {
        return Kind.TEMPLATE;
    }

    @Override
    public Template withMeta(Meta newMeta) {
        return new Template(id, name, description, dataCenterId, hardware, disks, ready, newMeta);
    }

    /** The template once its disks stand. */
    public Template madeReady() {
        return new Template(id, name, description, dataCenterId, hardware, disks, true, meta);
    }

    /**
     * One disk of a template.
     *
     * @param id of the file in the storage domain: the image's, or one of its own for a copy
     * @param imageId the image whose file it is; null if the template owns the file
     */
    public record TemplateDisk(
            UUID id, @Nullable UUID imageId, UUID storageDomainId, DiskFormat format, long sizeBytes) {}
}
