package io.kvorum.agent.fencing;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.proto.agent.v1.ProbeAnswer;
import io.kvorum.proto.agent.v1.ProbeHost;

/** Looks from here whether another host's agent is alive. */
public interface HostProbe {
    /** What answers there now; never waits longer than the command's time limit. */
    ProbeAnswer probe(ProbeHost command, CommandContext context);
}
