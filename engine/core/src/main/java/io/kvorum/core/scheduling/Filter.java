package io.kvorum.core.scheduling;

/** Says whether a host can take a VM at all. */
interface Filter {

    /** Stable; shown to people. */
    String name();

    /** Asked of every host of every decision. */
    boolean admits(Candidates candidates, int slot);

    /** Why {@link #admits} said no: what the VM needs, what the host has. */
    String reason(Candidates candidates, int slot);
}
