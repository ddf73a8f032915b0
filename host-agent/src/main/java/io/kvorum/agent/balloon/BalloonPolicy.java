package io.kvorum.agent.balloon;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * How much of their memory guests have while their host runs short of it. A host with too little to spare takes back what its guests
 * do not need, a step at a time and no more than it lacks; one with enough gives it back. No guest gets less than it is guaranteed,
 * and each keeps a fifth of what it has unused. Thresholds and steps are those of oVirt's memory overcommitment manager (its
 * balloon.rules), which makes guests swap besides where a host has less than 5 % free; this never does.
 */
public final class BalloonPolicy {

    /** Of a guest's size, at a time. */
    private static final double STEP = 0.05;

    /** Of what a guest has, which stays unused. */
    private static final double LEFT_FREE = 0.2;

    /** Of the host's memory, between taking and giving, so that the one does not bring about the other. */
    private static final double BAND = 0.05;

    private static final long MEBIBYTE = 1L << 20;

    private final double freeShare;

    /** @param freePercent of the host's memory, which is to be had for others than guests, 1 to 90 */
    public BalloonPolicy(int freePercent) {
        if (freePercent < 1 || freePercent > 90) {
            throw new IllegalArgumentException("A host keeps 1 to 90 % of its memory free, not " + freePercent);
        }
        this.freeShare = freePercent / 100.0;
    }

    /** @param availableBytes what could be had without swapping */
    public record HostMemory(long totalBytes, long availableBytes) {}

    /**
     * @param sizeBytes with an empty balloon
     * @param givenBytes with the balloon that it has
     * @param usableBytes what its system could do without now; empty where it does not say, or said it too long ago
     */
    public record Guest(String vmId, long sizeBytes, long givenBytes, long guaranteedBytes, OptionalLong usableBytes) {}

    /** What a guest shall have from now on. */
    public record Balloon(String vmId, long givenBytes) {}

    /** What changes now; empty while all may stay as it is, and where nobody knows how the host does. */
    public List<Balloon> next(HostMemory host, List<Guest> guests) {
        long kept = (long) (host.totalBytes() * freeShare);
        long missing = kept - host.availableBytes();
        long spare = -missing - (long) (host.totalBytes() * BAND);
        if (host.totalBytes() <= 0 || missing <= 0 && spare <= 0) {
            return List.of();
        }
        return missing > 0
                ? shared(guests, BalloonPolicy::canDoWithout, missing, -1)
                : shared(guests, BalloonPolicy::lacks, spare, 1);
    }

    private static long canDoWithout(Guest guest) {
        return Math.min(Math.min(step(guest), guest.givenBytes() - guest.guaranteedBytes()), unneeded(guest));
    }

    /** What it is short of itself it gets at once. */
    private static long lacks(Guest guest) {
        return Math.min(Math.max(step(guest), -unneeded(guest)), guest.sizeBytes() - guest.givenBytes());
    }

    /** What it has unused beyond what it keeps, negative where it has less; 0 for one that does not tell. */
    private static long unneeded(Guest guest) {
        return guest.usableBytes().isEmpty()
                ? 0
                : guest.usableBytes().getAsLong() - (long) (guest.givenBytes() * LEFT_FREE);
    }

    private static long step(Guest guest) {
        return (long) (guest.sizeBytes() * STEP);
    }

    /** To each what it can take, or its part where that is more than the limit in all; in whole MiB. */
    private static List<Balloon> shared(List<Guest> guests, ToLongFunction<Guest> most, long limitBytes, int sign) {
        double all = guests.stream()
                .mapToDouble(guest -> Math.max(0, most.applyAsLong(guest)))
                .sum();
        double part = all > limitBytes ? limitBytes / all : 1;
        List<Balloon> balloons = new ArrayList<>();
        for (Guest guest : guests) {
            long moved = (long) (most.applyAsLong(guest) * part) / MEBIBYTE * MEBIBYTE;
            if (moved > 0) {
                balloons.add(new Balloon(guest.vmId(), guest.givenBytes() + sign * moved));
            }
        }
        return balloons;
    }
}
