package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.Hypervisor.ConsoleOutput;
import io.kvorum.agent.hypervisor.Hypervisor.ConsoleSession;
import io.kvorum.proto.agent.v1.ConsoleKind;
import java.nio.charset.StandardCharsets;

/** A console that greets and then echoes. */
final class SimulatedConsole implements ConsoleSession {
    private final ConsoleOutput output;

    private SimulatedConsole(ConsoleOutput output) {
        this.output = output;
    }

    static ConsoleSession open(String vmId, ConsoleKind kind, ConsoleOutput output) {
        String greeting =
                kind == ConsoleKind.CONSOLE_KIND_VNC ? "RFB 003.008\n" : "simulated console of " + vmId + "\r\n";
        output.receive(greeting.getBytes(StandardCharsets.US_ASCII));
        return new SimulatedConsole(output);
    }

    @Override
    public void send(byte[] data) {
        output.receive(data);
    }

    @Override
    public void close() {}
}
