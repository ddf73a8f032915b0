package io.kvorum.agent.simulated;

import io.kvorum.agent.hypervisor.simulated.SimulatedFaults;
import io.kvorum.agent.hypervisor.simulated.SimulatedHypervisor;
import io.kvorum.agent.service.HostLink;
import io.kvorum.agent.service.ManagedHost;
import java.util.List;

/** One host of a fleet, as a test sees it. */
public final class SimulatedHost {
    private final SimulatedHypervisor hypervisor;
    private final ManagedHost managed;
    private volatile boolean answersOthers = true;

    SimulatedHost(SimulatedHypervisor hypervisor, ManagedHost managed) {
        this.hypervisor = hypervisor;
        this.managed = managed;
    }

    public String name() {
        return hypervisor.name();
    }

    /** The id that the engine gave it. */
    public String hostId() {
        return hypervisor.hostId();
    }

    /** Ids of guests that run or are paused here, sorted. */
    public List<String> runningVms() {
        return hypervisor.runningVms();
    }

    /** Faults by script: failed starts and migrations, hangs, slowness. */
    public SimulatedFaults faults() {
        return hypervisor.faults();
    }

    /** Sets a guest's CPU load, 0 to 1 of its vCPUs. */
    public void load(String vmId, double share) {
        hypervisor.load(vmId, share);
    }

    /** The guest crashes; the watchers hear of it. */
    public void crash(String vmId) {
        hypervisor.crash(vmId);
    }

    public boolean powered() {
        return hypervisor.powered();
    }

    /** Whether its network is there. */
    public boolean connected() {
        return !link().isCut();
    }

    /** Guests die, the host falls silent. */
    public void powerOff() {
        answersOthers = false;
        link().cut();
        hypervisor.powerOff();
    }

    /** Comes back with a new boot id and no guests; old connections end. */
    public void powerOn() {
        hypervisor.powerOn();
        answersOthers = true;
        link().heal();
    }

    /** The network is gone: guests go on, nothing is heard. */
    public void cut() {
        answersOthers = false;
        link().cut();
    }

    /** Only the engine is cut off from it: guests go on, and other hosts still reach it. */
    public void cutFromEngine() {
        link().cut();
    }

    /** Whether other hosts reach its agent. */
    boolean answersOthers() {
        return answersOthers;
    }

    /** The network is back; connections that stood before end with UNAVAILABLE. */
    public void heal() {
        if (powered()) {
            answersOthers = true;
            link().heal();
        }
    }

    /** The agent dies and comes back at once: connections end, guests go on. */
    public void restartAgent() {
        link().reset();
    }

    private HostLink link() {
        return managed.link();
    }
}
