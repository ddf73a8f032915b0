package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand.PowerAction;

/** The power controller of a machine. It says what is true, late or not at all; it lies only when told to. */
final class Bmc {

    /** How it behaves. */
    enum Mode {
        WORKS,
        /** Answers no call. */
        SILENT,
        /** Refuses the user. */
        WRONG_CREDENTIALS,
        /** Says yes to everything and switches nothing. */
        STUCK,
        /** Does what it was told some seconds later, and says what is true meanwhile. */
        SLOW,
        /** Says off at once and switches off seconds later. A documented limit: nobody can see through it. */
        LIES
    }

    private final World world;
    private final Machine machine;
    final String name;
    Mode mode = Mode.WORKS;
    private boolean saysOff;

    Bmc(World world, Machine machine) {
        this.world = world;
        this.machine = machine;
        this.name = "bmc-" + machine.name;
    }

    boolean answers(String asker) {
        return mode != Mode.SILENT && mode != Mode.WRONG_CREDENTIALS && world.network.openBothWays(asker, name);
    }

    boolean on() {
        return machine.powered() && !(mode == Mode.LIES && saysOff);
    }

    void press(PowerAction action) {
        saysOff = action == PowerAction.OFF;
        switch (mode) {
            case WORKS -> act(action);
            case SLOW, LIES -> world.agenda.after(world.dice.millis(2000, 9000), () -> act(action));
            case SILENT, WRONG_CREDENTIALS, STUCK -> {}
        }
    }

    private void act(PowerAction action) {
        if (action == PowerAction.OFF) {
            machine.powerOff();
        } else if (action == PowerAction.ON) {
            machine.powerOn();
        }
    }
}
