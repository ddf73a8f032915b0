package io.kvorum.simulator.policy;

/** A kind of VM, with one core. */
enum VmModel {
    LARGE(2500, 870),
    MEDIUM(2000, 1740),
    SMALL(1000, 1740),
    MICRO(500, 613);

    final double mips;
    final int ramMb;

    VmModel(double mips, int ramMb) {
        this.mips = mips;
        this.ramMb = ramMb;
    }
}
