package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Hardware.Growth;
import java.util.UUID;

/** A size for VMs that has a name. It never changes once it is made: nothing changes behind the back of a VM that names it. */
public record InstanceType(UUID id, String name, String description, Size size, Meta meta) implements ConfigObject {

    /**
     * The CPUs and the memory of a guest.
     *
     * @param guaranteedMemoryBytes the balloon never takes the guest below this
     */
    public record Size(
            int sockets, int coresPerSocket, int threadsPerCore, long memoryBytes, long guaranteedMemoryBytes) {

        public static Size of(Hardware hardware) {
            return new Size(
                    hardware.sockets(),
                    hardware.coresPerSocket(),
                    hardware.threadsPerCore(),
                    hardware.memoryBytes(),
                    hardware.guaranteedMemoryBytes());
        }

        /** The hardware, in this size, which it keeps while it runs. */
        public Hardware applyTo(Hardware hardware) {
            return hardware.with((Growth) null)
                    .withTopology(coresPerSocket, threadsPerCore)
                    .sized(sockets, memoryBytes, guaranteedMemoryBytes);
        }

        /** Virtual CPUs in all. */
        public int vcpus() {
            return sockets * coresPerSocket * threadsPerCore;
        }
    }

    @Override
    public Kind kind() {
        return Kind.INSTANCE_TYPE;
    }

    @Override
    public InstanceType withMeta(Meta newMeta) {
        return new InstanceType(id, name, description, size, newMeta);
    }
}
