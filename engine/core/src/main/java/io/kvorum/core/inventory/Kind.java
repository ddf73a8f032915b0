package io.kvorum.core.inventory;

/** What sort of thing an {@link Entity} is. */
public enum Kind {
    DATA_CENTER("data center"),
    CLUSTER("cluster"),
    HOST("host"),
    STORAGE_DOMAIN("storage domain"),
    NETWORK("network"),
    AFFINITY_GROUP("affinity group"),
    AFFINITY_LABEL("affinity label"),
    SCHEDULING_POLICY("scheduling policy"),
    QUOTA("quota"),
    INSTANCE_TYPE("instance type"),
    IMAGE("image"),
    TEMPLATE("template"),
    VM("VM"),
    BALANCING_PLAN("balancing plan"),
    OPERATION("operation");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    /** As people write it in a sentence. */
    public String words() {
        return words;
    }
}
