package io.kvorum.agent.storage;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.DeleteDisk;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.StorageResult;
import io.kvorum.proto.agent.v1.WriteDiskHeader;

/** The disks of the storage domains that this host sees. Throws CommandFailure where it cannot do what is asked. */
public interface DiskStore {
    DiskResult create(CreateDisk command, CommandContext context);

    /** A disk that is not there is a success. */
    void delete(DeleteDisk command);

    StorageResult inspect(InspectStorage command);

    /** Begins an upload; nothing appears in the domain before {@link Upload#finish()}. */
    Upload upload(WriteDiskHeader header);

    /** One image on its way in. */
    interface Upload extends AutoCloseable {
        void write(byte[] data);

        /** Checks the whole and puts it in place. */
        DiskResult finish();

        /** Removes whatever is unfinished. */
        @Override
        void close();
    }
}
