package io.kvorum.core.operations;

import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.InstanceType.Size;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** What instance types may look like, and that VMs which name one have its size. */
final class InstanceTypeRules {

    private InstanceTypeRules() {}

    static void check(InstanceType type, List<FieldProblem> problems) {
        VmRules.checkDescription(type.description(), problems);
        VmRules.checkSize("sockets", "", type.size(), problems);
    }

    /** The size stays. */
    static void checkFixed(InstanceType made, InstanceType wanted, List<FieldProblem> problems) {
        compare(
                "",
                wanted.size(),
                made.size(),
                value -> "It is " + value
                        + ", and the sizes of a type never change. Make another type, and give VMs that.",
                problems);
    }

    /** Holds the hardware of a VM against the type that it names. */
    static void check(Inventory inventory, VmSpec spec, List<FieldProblem> problems) {
        if (spec.instanceTypeId() == null) {
            return;
        }
        Optional<InstanceType> type = inventory.instanceType(spec.instanceTypeId());
        if (type.isEmpty()) {
            problems.add(VmRules.field("instanceTypeId", spec.instanceTypeId(), "There is no such instance type."));
            return;
        }
        if (spec.hardware().growth() != null) {
            problems.add(VmRules.field(
                    "hardware.growth",
                    spec.hardware().growth(),
                    "VMs of an instance type keep its size while they run. Leave it out, or name no instanceTypeId."));
        }
        compare(
                "hardware.",
                Size.of(spec.hardware()),
                type.get().size(),
                value -> "Instance type " + type.get().name() + " has " + value
                        + ". Leave it out, or name another instanceTypeId, or none.",
                problems);
    }

    /** Names each field that is not as it must be; guaranteed memory that is all of the memory is named with that. */
    private static void compare(
            String path, Size found, Size right, LongFunction<String> message, List<FieldProblem> problems) {
        same(path + "sockets", found.sockets(), right.sockets(), message, problems);
        same(path + "coresPerSocket", found.coresPerSocket(), right.coresPerSocket(), message, problems);
        same(path + "threadsPerCore", found.threadsPerCore(), right.threadsPerCore(), message, problems);
        same(path + "memoryBytes", found.memoryBytes(), right.memoryBytes(), message, problems);
        if (!guaranteesAll(found) || !guaranteesAll(right)) {
            same(
                    path + "guaranteedMemoryBytes",
                    found.guaranteedMemoryBytes(),
                    right.guaranteedMemoryBytes(),
                    message,
                    problems);
        }
    }

    private static boolean guaranteesAll(Size size) {
        return size.guaranteedMemoryBytes() == size.memoryBytes();
    }

    private static void same(
            String field, long found, long right, LongFunction<String> message, List<FieldProblem> problems) {
        if (found != right) {
            problems.add(VmRules.field(field, found, message.apply(right)));
        }
    }
}
