package io.kvorum.simulator.world;

import io.kvorum.core.inventory.Host;
import java.util.UUID;

/** A physical host: power, kernel, libvirtd, agent, guests. */
final class Machine {

    final World world;
    final String name;
    final UUID id;
    final Host self;
    final Life kernel;
    final Life libvirt;
    final Agent agent;
    final Hypervisor hypervisor;
    final Bmc bmc;
    private boolean powered = true;

    /** Of any message that reached its agent; the agent's own memory is checked against it. */
    long highestEpochHeard;

    private int boots;
    int storageLost;
    int storageSlow;

    Machine(World world, Host self) {
        this.world = world;
        this.self = self;
        this.name = self.name();
        this.id = self.id();
        this.kernel = new Life(world.agenda);
        this.libvirt = new Life(world.agenda);
        this.bmc = new Bmc(world, this);
        this.hypervisor = new Hypervisor(this);
        this.agent = new Agent(this);
    }

    boolean powered() {
        return powered;
    }

    int boots() {
        return boots;
    }

    String bootId() {
        return "boot-" + boots;
    }

    boolean kernelRunning() {
        return powered && kernel.running();
    }

    /** A message arrives that was sent to that boot. */
    void deliver(int boot, Runnable toAgent, Runnable refused) {
        if (!powered || !kernel.alive()) {
            return;
        }
        kernel.arrive(kernel.generation(), () -> {
            if (boot != boots || !agent.life.alive()) {
                refused.run();
            } else {
                agent.life.arrive(agent.life.generation(), toAgent);
            }
        });
    }

    void powerOff() {
        if (powered) {
            world.trace.add(name + " loses power");
            powered = false;
            boots++;
            kernel.end();
            libvirt.end();
            agent.powerLost();
            hypervisor.powerLost();
            world.leases.powerLost(this);
        }
    }

    void powerOn() {
        if (!powered) {
            world.trace.add(name + " is switched on");
            powered = true;
            int boot = boots;
            long bootTime = world.dice.millis(8_000, 25_000);
            world.agenda.after(bootTime, () -> ifBoot(boot, kernel::begin));
            world.agenda.after(bootTime + world.dice.millis(500, 1500), () -> ifBoot(boot, this::startLibvirt));
            world.agenda.after(bootTime + world.dice.millis(500, 3000), () -> ifBoot(boot, this::startAgent));
        }
    }

    private void ifBoot(int boot, Runnable what) {
        if (powered && boot == boots) {
            what.run();
        }
    }

    /** The kernel answers nobody, its guests run on. */
    void hang() {
        world.trace.add(name + " hangs");
        kernel.pause();
        libvirt.pause();
        agent.life.pause();
    }

    void unhang() {
        kernel.resume();
        libvirt.resume();
        agent.life.resume();
    }

    void crashAgent() {
        if (powered && agent.life.alive() && kernel.alive()) {
            world.trace.add(name + " loses its agent");
            agent.crash();
        }
    }

    void startAgent() {
        if (powered && kernel.alive() && !agent.life.alive()) {
            agent.begin();
        }
    }

    void stopLibvirt() {
        if (powered && libvirt.alive()) {
            world.trace.add(name + " loses libvirtd");
            hypervisor.libvirtEnds();
            libvirt.end();
        }
    }

    void startLibvirt() {
        if (powered && kernel.alive() && !libvirt.alive()) {
            libvirt.begin();
            hypervisor.libvirtBegins();
        }
    }
}
