package io.kvorum.core.inventory;

public enum DiskFormat {
    QCOW2,
    RAW
}
