package io.kvorum.core.inventory;

/** Sizes of huge pages that guests can have. */
public final class Hugepages {

    public static final long SMALL = 2L << 20;
    public static final long LARGE = 1L << 30;

    private Hugepages() {}
}
