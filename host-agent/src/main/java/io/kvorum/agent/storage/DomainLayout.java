package io.kvorum.agent.storage;

import io.kvorum.agent.rules.CommandRules;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Where things lie in a storage domain: {@code <path>/kvorum-<id>/{disks,saved,seeds,leases}}. Names are made of checked UUIDs,
 * so that no path leads out.
 *
 * @param root the domain's own folder
 */
public record DomainLayout(Path root) {
    private static final String STAGING_SUFFIX = ".new";

    /** Throws CommandFailure where path or id are not what they must be. */
    public static DomainLayout of(StorageDomainRef domain) {
        return new DomainLayout(Rules.folder(domain.getPath()).resolve("kvorum-" + CommandRules.domain(domain)));
    }

    public Path disks() {
        return root.resolve("disks");
    }

    public Path disk(String diskId) {
        return disks().resolve(Rules.uuid("The disk's id", diskId));
    }

    /**
     * A name for a disk in the making. It says whose work it is: hosts share domains, and after a crash each removes what
     * it left itself.
     */
    Path staging(String diskId, String owner) {
        return disks().resolve("." + Rules.uuid("The disk's id", diskId) + "." + owner + "." + UUID.randomUUID()
                + STAGING_SUFFIX);
    }

    /** Removes what that owner left unfinished; only right while it makes nothing here. */
    void sweep(String owner) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(disks(), ".*." + owner + ".*" + STAGING_SUFFIX)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    public Path saved() {
        return root.resolve("saved");
    }

    public Path savedState(String vmId) {
        return saved().resolve(Rules.uuid("The VM's id", vmId) + ".save");
    }

    /** Of the domain's members. */
    public Path lockspace() {
        return root.resolve("leases").resolve("lockspace");
    }

    public Path lease(String vmId) {
        return root.resolve("leases").resolve(Rules.uuid("The VM's id", vmId));
    }

    public Path seeds() {
        return root.resolve("seeds");
    }

    public Path seed(String vmId) {
        return seeds().resolve(Rules.uuid("The VM's id", vmId) + ".iso");
    }
}
