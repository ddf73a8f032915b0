package io.kvorum.agent.simulated;

import io.kvorum.agent.fencing.PowerController;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;

/** Power switches of the fleet's hosts: type {@code ipmilan}, and the host's name as the address. */
final class SimulatedBmc implements PowerController {
    private final SimulatedFleet fleet;

    SimulatedBmc(SimulatedFleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public PowerState control(PowerControl command, CommandContext context) {
        String address = command.getAgent().getAddress();
        SimulatedHost host = fleet.find(address)
                .orElseThrow(() -> new CommandFailure(
                        FailureReason.FAILURE_REASON_UNREACHABLE,
                        "No BMC answers at '" + address + "'; the address of a simulated BMC is the name of its host"));
        switch (command.getAction()) {
            case POWER_ACTION_ON -> host.powerOn();
            case POWER_ACTION_OFF -> host.powerOff();
            case POWER_ACTION_STATUS -> {}
            case POWER_ACTION_UNSPECIFIED, UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The power action is " + command.getActionValue() + ", which this agent does not know");
        }
        return host.powered() ? PowerState.POWER_STATE_ON : PowerState.POWER_STATE_OFF;
    }
}
