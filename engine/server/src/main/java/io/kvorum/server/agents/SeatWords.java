package io.kvorum.server.agents;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Seat;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.NumaCell;
import io.kvorum.proto.agent.v1.VcpuPin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a VM sits on its host's NUMA nodes, in the contract's words. */
final class SeatWords {

    private SeatWords() {}

    /** The memory, in one cell for each NUMA node where the VM has a seat. */
    static MemorySpec memory(Hardware hardware, @Nullable Seat seat) {
        MemorySpec.Builder memory = MemorySpec.newBuilder()
                .setSizeBytes(hardware.memoryBytes())
                .setGuaranteedBytes(hardware.guaranteedMemoryBytes())
                .setMaxBytes(hardware.growth() == null ? 0 : hardware.growth().maxMemoryBytes());
        if (seat == null) {
            return memory.build();
        }
        memory.setHugepageBytes(hardware.tuning().hugepageBytes());
        int cells = seat.cells().size();
        int vcpus = hardware.vcpus() / cells;
        for (int i = 0; i < cells; i++) {
            memory.addNumaCells(NumaCell.newBuilder()
                    .setVcpus(vcpus == 1 ? String.valueOf(i) : i * vcpus + "-" + ((i + 1) * vcpus - 1))
                    .setSizeBytes(hardware.memoryBytes() / cells)
                    .setHostNodes(String.valueOf(seat.cells().get(i).node())));
        }
        return memory.build();
    }

    /** One host CPU for each vCPU that has one for itself. */
    static List<VcpuPin> pins(int allVcpus, @Nullable Seat seat) {
        List<VcpuPin> pins = new ArrayList<>();
        if (seat != null) {
            int vcpus = allVcpus / seat.cells().size();
            for (int cell = 0; cell < seat.cells().size(); cell++) {
                List<Integer> cpus = seat.cells().get(cell).cpus();
                for (int i = 0; i < cpus.size(); i++) {
                    pins.add(VcpuPin.newBuilder()
                            .setVcpu(cell * vcpus + i)
                            .setHostCpus(String.valueOf(cpus.get(i)))
                            .build());
                }
            }
        }
        return pins;
    }
}
