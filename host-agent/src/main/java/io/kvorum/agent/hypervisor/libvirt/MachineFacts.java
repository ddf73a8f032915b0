package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.rules.Rules;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.Tsc;

/** Which machines the emulator makes, and what their clocks can promise; from libvirt's capabilities. */
final class MachineFacts {

    private MachineFacts() {}

    /** Machines of other families than q35 are left out: guests are not made for them. */
    static void read(HostFacts.Builder facts, Element capabilities, boolean tcg) {
        capabilities.all("guest").stream()
                .filter(guest -> guest.at("os_type").text().equals("hvm"))
                .map(guest -> guest.at("arch"))
                .filter(arch -> arch.get("name").equals("x86_64"))
                .flatMap(arch -> arch.all("machine").stream())
                .filter(machine -> Rules.isMachine(machine.text()))
                .forEach(machine -> {
                    String full = machine.get("canonical");
                    if (full.isEmpty()) {
                        facts.addMachineTypes(machine.text());
                    } else if (Rules.isMachine(full)) {
                        facts.putMachineAliases(machine.text(), full);
                    }
                });
        if (!tcg) {
            // An emulator makes up its counter.
            tsc(facts, capabilities.at("host", "cpu"));
        }
    }

    private static void tsc(HostFacts.Builder facts, Element cpu) {
        for (Element counter : cpu.all("counter")) {
            if (counter.get("name").equals("tsc") && counter.get("frequency").matches("[0-9]{1,12}")) {
                facts.setTsc(Tsc.newBuilder()
                        .setHertz(Long.parseLong(counter.get("frequency")))
                        .setScaling(counter.get("scaling").equals("yes")));
            }
        }
    }
}
