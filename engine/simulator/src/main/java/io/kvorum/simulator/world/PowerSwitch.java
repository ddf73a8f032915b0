package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.PowerDetail;
import io.kvorum.core.controller.CommandOutcome.Reason;

/** A fence agent at work on a proxy: switch, then look until the BMC says that it is so. */
final class PowerSwitch {

    private final Machine proxy;
    private final World world;
    private final AgentCommand.PowerControl command;
    private final long until;
    private final Hypervisor.Call call;
    private final Bmc bmc;

    PowerSwitch(Machine proxy, AgentCommand.PowerControl command, long until, Hypervisor.Call call) {
        this.proxy = proxy;
        this.world = proxy.world;
        this.command = command;
        this.until = until;
        this.call = call;
        this.bmc = world.requireMachine(command.subjectHostId()).bmc;
    }

    void begin() {
        proxy.agent.life.after(world.dice.millis(50, 800), () -> {
            if (!bmc.answers(proxy.name)) {
                silent();
            } else {
                if (command.action() != PowerAction.STATUS) {
                    world.checks.switches(world.requireMachine(command.subjectHostId()), command.action());
                    bmc.press(command.action());
                }
                proxy.agent.life.after(world.dice.millis(50, 500), this::look);
            }
        });
    }

    private void silent() {
        boolean quick = bmc.mode == Bmc.Mode.WRONG_CREDENTIALS;
        proxy.agent.life.after(
                quick ? world.dice.millis(100, 900) : world.dice.millis(8_000, 20_000),
                () -> call.fail(Reason.UNREACHABLE, "The BMC did not tell its power state"));
    }

    private void look() {
        if (!bmc.answers(proxy.name)) {
            silent();
            return;
        }
        boolean on = bmc.on();
        boolean asWished = command.action() == PowerAction.STATUS || on == (command.action() == PowerAction.ON);
        if (asWished) {
            world.trace.add(bmc.name + " says " + (on ? "on" : "off"));
            call.end(new Done(new PowerDetail(on)));
        } else if (world.agenda.nanos() > until) {
            call.fail(Reason.TIMED_OUT, "The BMC says that the power is " + (on ? "on" : "off"));
        } else {
            proxy.agent.life.after(1_000_000_000L, this::look);
        }
    }
}
