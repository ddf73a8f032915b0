package io.kvorum.agent.service;

import io.kvorum.proto.agent.v1.ExecuteResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A bounded journal that forgets with the process: for simulated hosts. */
final class MemoryJournal implements CommandJournal {
    private static final int LIMIT = 200;

    private final Map<String, ExecuteResponse> ended = new LinkedHashMap<>(4);

    @Override
    public synchronized Optional<Entry> find(String commandId) {
        return Optional.ofNullable(ended.get(commandId)).map(Ended::new);
    }

    @Override
    public void begin(String commandId, Subject subject) {}

    @Override
    public synchronized void end(ExecuteResponse response) {
        ended.put(response.getCommandId(), response);
        while (ended.size() > LIMIT) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    @Override
    public void close() {}
}
