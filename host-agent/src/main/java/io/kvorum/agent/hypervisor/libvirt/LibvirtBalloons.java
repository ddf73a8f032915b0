package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.balloon.BalloonPolicy;
import io.kvorum.agent.balloon.BalloonPolicy.Balloon;
import io.kvorum.agent.balloon.BalloonPolicy.Guest;
import io.kvorum.agent.balloon.BalloonPolicy.HostMemory;
import io.kvorum.agent.hypervisor.libvirt.LibvirtExtra.Parameters;
import io.kvorum.proto.agent.v1.VmRunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Carries out what a {@link BalloonPolicy} says, for guests that Kvorum started and that are guaranteed less than all they have. */
final class LibvirtBalloons {
    private static final Logger LOG = Logger.getLogger(LibvirtBalloons.class.getName());

    /** VIR_DOMAIN_STATS_BALLOON. */
    private static final int WANTED = 4;

    /** Guests tell every ten seconds what they use. */
    private static final Duration BELIEVED = Duration.ofMinutes(1);

    private final LibvirtGuests guests;

    LibvirtBalloons(LibvirtGuests guests) {
        this.guests = guests;
    }

    /** What balloons are now, and who may be asked. */
    private record Told(String vmId, long sizeBytes, long givenBytes, OptionalLong usableBytes) {

        static Told of(String vmId, Parameters parameters, Instant now) {
            long size = 0;
            long given = 0;
            long usable = -1;
            long told = 0;
            for (int i = 0; i < parameters.count(); i++) {
                long value = parameters.number(i);
                switch (parameters.name(i)) {
                    case "balloon.maximum" -> size = value << 10;
                    case "balloon.current" -> given = value << 10;
                    case "balloon.usable" -> usable = value << 10;
                    case "balloon.last-update" -> told = value;
                    default -> {}
                }
            }
            boolean believed = usable >= 0 && told >= now.minus(BELIEVED).getEpochSecond();
            return new Told(vmId, size, given, believed ? OptionalLong.of(usable) : OptionalLong.empty());
        }
    }

    void move(Connect connection, HostMemory host, BalloonPolicy policy) throws LibvirtException {
        List<Told> told = new ArrayList<>();
        Instant now = Instant.now();
        LibvirtExtra.allStats(connection, WANTED, (uuid, parameters) -> told.add(Told.of(uuid, parameters, now)));
        List<Guest> willing = new ArrayList<>();
        for (Told one : told) {
            long guaranteed = guests.guaranteedBytes(connection, one.vmId());
            if (guaranteed < one.sizeBytes()) {
                willing.add(new Guest(one.vmId(), one.sizeBytes(), one.givenBytes(), guaranteed, one.usableBytes()));
            }
        }
        List<Balloon> balloons = policy.next(host, willing);
        for (Balloon balloon : balloons) {
            set(connection, balloon);
        }
        if (!balloons.isEmpty()) {
            LOG.info(() -> "balloons moved guests=" + balloons.size() + " host_available_mib="
                    + (host.availableBytes() >> 20) + " host_total_mib=" + (host.totalBytes() >> 20));
        }
    }

    private void set(Connect connection, Balloon balloon) {
        try {
            Domain domain = connection.domainLookupByUUIDString(balloon.vmId());
            try {
                // One that travels is left alone: its memory is being counted.
                if (!guests.leaving().contains(balloon.vmId())
                        && guests.state(domain) == VmRunState.VM_RUN_STATE_RUNNING) {
                    domain.setMemory(balloon.givenBytes() >> 10);
                }
            } finally {
                domain.free();
            }
        } catch (LibvirtException e) {
            if (!LibvirtProblem.absent(e)) {
                LOG.log(Level.WARNING, "balloon not moved vm=" + balloon.vmId() + " reason=" + e.getMessage());
            }
        }
    }
}
