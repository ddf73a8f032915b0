package io.kvorum.core.inventory;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded disk image; its file in the storage domain has the image's id.
 *
 * @param lengthBytes of the upload
 * @param virtualSizeBytes what a guest will see; 0 until it is known
 * @param hostId the host that writes it while it is being uploaded
 */
public record Image(
        UUID id,
        String name,
        UUID storageDomainId,
        DiskFormat format,
        ImageState state,
        @Nullable String stateReason,
        long lengthBytes,
        long virtualSizeBytes,
        @Nullable String sha256,
        @Nullable UUID hostId,
        Meta meta)
        implements Entity {

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    @Override
    public Image withMeta(Meta newMeta) {
        return new Image(
                id,
                name,
                storageDomainId,
                format,
                state,
                stateReason,
                lengthBytes,
                virtualSizeBytes,
                sha256,
                hostId,
                newMeta);
    }

    /** The checked image. */
    public Image ready(long virtualSize, String checksum) {
        return new Image(
                id,
                name,
                storageDomainId,
                format,
                ImageState.READY,
                null,
                lengthBytes,
                virtualSize,
                checksum,
                null,
                meta);
    }

    /** The upload came to nothing, for that reason. */
    public Image failed(String reason) {
        return new Image(
                id, name, storageDomainId, format, ImageState.FAILED, reason, lengthBytes, 0, null, null, meta);
    }

    public enum ImageState {
        UPLOADING,
        READY,
        FAILED
    }
}
