package io.kvorum.agent.storage;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CloudInit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A NoCloud seed: an ISO image labelled cidata with user-data, meta-data and, if given, network-config. */
public final class CloudInitSeed {
    private CloudInitSeed() {}

    /** Makes it, or replaces the one that is there. */
    public static Path write(DomainLayout layout, String vmId, CloudInit content) {
        Path iso = layout.seed(vmId);
        try {
            Files.createDirectories(layout.seeds());
            Path folder = Files.createTempDirectory("kvorum-seed-");
            Path staging = layout.seeds().resolve("." + vmId + ".new");
            List<Path> files = new ArrayList<>();
            try {
                files.add(Files.writeString(folder.resolve("user-data"), content.getUserData()));
                files.add(Files.writeString(
                        folder.resolve("meta-data"),
                        content.getMetaData().isEmpty() ? "instance-id: " + vmId + "\n" : content.getMetaData()));
                if (!content.getNetworkConfig().isEmpty()) {
                    files.add(Files.writeString(folder.resolve("network-config"), content.getNetworkConfig()));
                }
                List<String> command = new ArrayList<>(List.of(
                        "genisoimage",
                        "-quiet",
                        "-output",
                        staging.toString(),
                        "-volid",
                        "cidata",
                        "-joliet",
                        "-rock"));
                files.forEach(file -> command.add(file.toString()));
                ChildProcess made = ChildProcess.run(command, "", Duration.ofSeconds(30));
                if (made.status() != 0) {
                    throw CommandFailure.storage("The cloud-init seed of VM " + vmId
                            + " could not be made: genisoimage ended with " + made.status());
                }
                Files.move(staging, iso, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(staging);
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw CommandFailure.storage(
                    "The cloud-init seed of VM " + vmId + " could not be made: " + e + ". Install genisoimage");
        }
        return iso;
    }
}
