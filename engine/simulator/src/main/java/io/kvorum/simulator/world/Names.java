package io.kvorum.simulator.world;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Ids that follow from names, and back. */
final class Names {

    private final Map<UUID, String> names = new HashMap<>();

    UUID id(String name) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        names.put(id, name);
        return id;
    }

    String of(UUID id) {
        return names.getOrDefault(id, id.toString().substring(0, 8));
    }
}
