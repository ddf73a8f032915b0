package io.kvorum.agent.storage;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.DiskFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** qemu-img, run with argument lists and time limits. Formats are always declared, never probed. */
final class QemuImage {
    private static final Duration QUICK = Duration.ofSeconds(60);
    private static final long MIN_SIZE = 1L << 20;
    private static final long MAX_SIZE = 64L << 40;

    private QemuImage() {}

    /**
     * What {@code qemu-img info} says.
     *
     * @param description the whole answer
     */
    record Info(long virtualSize, long allocated, JsonObject description) {
        boolean refersElsewhere() {
            boolean backing = description.has("backing-filename") || description.has("full-backing-filename");
            JsonElement specific = description.get("format-specific");
            JsonElement data = specific != null && specific.isJsonObject()
                    ? specific.getAsJsonObject().get("data")
                    : null;
            boolean dataFile = data != null
                    && data.isJsonObject()
                    && (data.getAsJsonObject().has("data-file")
                            || data.getAsJsonObject().has("data-file-raw")
                                    && data.getAsJsonObject()
                                            .get("data-file-raw")
                                            .getAsBoolean());
            return backing || dataFile;
        }

        boolean hasSnapshots() {
            JsonElement snapshots = description.get("snapshots");
            return snapshots != null
                    && snapshots.isJsonArray()
                    && !snapshots.getAsJsonArray().isEmpty();
        }
    }

    static String name(DiskFormat format) {
        return switch (format) {
            case DISK_FORMAT_QCOW2 -> "qcow2";
            case DISK_FORMAT_RAW -> "raw";
            case DISK_FORMAT_UNSPECIFIED, UNRECOGNIZED -> throw CommandFailure.invalid("The disk has no format");
        };
    }

    static Info info(Path image, DiskFormat format) {
        String output = run(List.of("info", "--output=json", "-U", "-f", name(format), image.toString()), QUICK);
        try {
            JsonObject answer = JsonParser.parseString(output).getAsJsonObject();
            return new Info(
                    answer.get("virtual-size").getAsLong(),
                    answer.get("actual-size").getAsLong(),
                    answer);
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            throw CommandFailure.storage(
                    "qemu-img info of " + image.getFileName() + " gave no usable answer: " + e.getMessage());
        }
    }

    /** Refuses an image from outside that is not just its own bytes. */
    static Info vet(Path image, DiskFormat format) {
        Info info = info(image, format);
        if (info.refersElsewhere()) {
            throw CommandFailure.invalid(
                    "The image refers to another file (a backing or data file), which is not accepted; "
                            + "flatten it with qemu-img convert and upload it again");
        }
        if (info.hasSnapshots()) {
            throw CommandFailure.invalid(
                    "The image holds internal snapshots; remove them with qemu-img convert and upload it again");
        }
        if (info.virtualSize() < MIN_SIZE || info.virtualSize() > MAX_SIZE) {
            throw CommandFailure.invalid("The image's virtual size is " + info.virtualSize()
                    + " bytes; it must lie between " + MIN_SIZE + " and " + MAX_SIZE);
        }
        if (format == DiskFormat.DISK_FORMAT_QCOW2) {
            run(List.of("check", "-q", "-f", "qcow2", image.toString()), Duration.ofMinutes(10));
        }
        return info;
    }

    static String run(List<String> arguments, Duration limit) {
        List<String> command = new ArrayList<>();
        command.add("qemu-img");
        command.addAll(arguments);
        try {
            ChildProcess ended = ChildProcess.run(command, "", limit);
            if (ended.status() < 0) {
                throw CommandFailure.timedOut("qemu-img " + arguments.getFirst() + " did not end within " + limit);
            }
            if (ended.status() != 0) {
                throw CommandFailure.storage("qemu-img " + arguments.getFirst() + " failed: "
                        + ended.output().strip());
            }
            return ended.output();
        } catch (IOException e) {
            throw CommandFailure.storage("qemu-img could not be run: " + e.getMessage() + ". Install qemu-utils");
        }
    }
}
