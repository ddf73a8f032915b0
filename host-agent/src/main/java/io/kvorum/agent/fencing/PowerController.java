package io.kvorum.agent.fencing;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;

/** Switches the power of other hosts. */
public interface PowerController {
    /** The state that the BMC reports afterwards. OFF returns only when the BMC says off. */
    PowerState control(PowerControl command, CommandContext context);
}
