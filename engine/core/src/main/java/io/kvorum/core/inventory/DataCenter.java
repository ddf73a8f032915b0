package io.kvorum.core.inventory;

import java.util.UUID;

/** Clusters that share storage domains and networks. */
public record DataCenter(UUID id, String name, String description, Meta meta) implements ConfigObject {

    @Override
    public Kind kind() {
        return Kind.DATA_CENTER;
    }

    @Override
    public DataCenter withMeta(Meta newMeta) {
        return new DataCenter(id, name, description, newMeta);
    }
}
