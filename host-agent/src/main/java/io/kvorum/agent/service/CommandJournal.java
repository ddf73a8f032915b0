package io.kvorum.agent.service;

import io.kvorum.proto.agent.v1.ExecuteResponse;
import java.util.Optional;

/** Remembers outcomes by command id, so that no command is done twice. */
interface CommandJournal extends AutoCloseable {
    /** What is known of a command. */
    sealed interface Entry {}

    /** It was begun by an agent that died before it ended. */
    record Begun(Subject subject) implements Entry {}

    record Ended(ExecuteResponse response) implements Entry {}

    /**
     * What is needed to find out later how a command ended; holds no secrets.
     *
     * @param command number of the command's field in ExecuteRequest
     */
    record Subject(int command, String id, String targetAddress, String targetHostId) {}

    Optional<Entry> find(String commandId);

    /** On disk when it returns. */
    void begin(String commandId, Subject subject);

    /** On disk when it returns. */
    void end(ExecuteResponse response);

    @Override
    void close();
}
