package io.kvorum.core.scheduling;

/** VMs that belong on one host, whose later members need room on it. */
final class Gathering {

    private Gathering() {}

    /** Whether the VM is of a group that gathers on a host. */
    static boolean gathers(Candidates all) {
        for (int i = 0; i < all.groups().size(); i++) {
            if (all.groups().get(i).group().rule().gathers()) {
                return true;
            }
        }
        return false;
    }

    /** Whether the others of such a group will follow it: it is the first. */
    static boolean attracts(Candidates all) {
        for (int i = 0; i < all.groups().size(); i++) {
            if (all.groups().get(i).group().rule().gathers()
                    && all.neighbours().near(i).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
