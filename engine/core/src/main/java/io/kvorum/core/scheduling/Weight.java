package io.kvorum.core.scheduling;

/** Says how good a host would be for a VM. */
interface Weight {

    String name();

    /** 0 (worst) to 1 (best), with the VM counted as if it were there. */
    double score(Candidates candidates, int slot);

    /** How much this weight counts. */
    double factor();
}
