package io.kvorum.agent.balloon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.balloon.BalloonPolicy.Balloon;
import io.kvorum.agent.balloon.BalloonPolicy.Guest;
import io.kvorum.agent.balloon.BalloonPolicy.HostMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BalloonPolicyTest {

    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private final BalloonPolicy policy = new BalloonPolicy(20);

    private static HostMemory host(double availableShare) {
        return new HostMemory(100 * GIB, (long) (100 * GIB * availableShare));
    }

    private static Guest guest(String id, long given, long guaranteed, long usable) {
        return new Guest(id, 10 * GIB, given, guaranteed, OptionalLong.of(usable));
    }

    @Test
    void takesAStepFromGuestsThatCanDoWithout() {
        assertEquals(
                List.of(new Balloon("idle", 10 * GIB - 512 * MIB)),
                policy.next(
                        host(0.1),
                        List.of(guest("idle", 10 * GIB, 4 * GIB, 8 * GIB), guest("busy", 10 * GIB, 4 * GIB, GIB))));
    }

    @Test
    void takesNoMoreThanTheHostLacks() {
        HostMemory lacksHalfAGib = new HostMemory(100 * GIB, 20 * GIB - 512 * MIB);

        List<Balloon> balloons = policy.next(
                lacksHalfAGib, List.of(guest("one", 10 * GIB, GIB, 8 * GIB), guest("two", 10 * GIB, GIB, 8 * GIB)));

        assertEquals(
                List.of(new Balloon("one", 10 * GIB - 256 * MIB), new Balloon("two", 10 * GIB - 256 * MIB)), balloons);
    }

    @Test
    void leavesEachWhatItIsGuaranteed() {
        assertEquals(
                List.of(new Balloon("nearly", 4 * GIB)),
                policy.next(
                        host(0.01),
                        List.of(
                                guest("nearly", 4 * GIB + 100 * MIB, 4 * GIB, 3 * GIB),
                                guest("there", 4 * GIB, 4 * GIB, 3 * GIB))));
    }

    @Test
    void neverTakesFromAGuestThatDoesNotSayWhatItUses() {
        assertEquals(
                List.of(),
                policy.next(host(0.01), List.of(new Guest("mute", 10 * GIB, 10 * GIB, GIB, OptionalLong.empty()))));
    }

    @Test
    void givesBackOnlyWithMoreToSpareThanItKeeps() {
        List<Guest> guests = List.of(new Guest("mute", 10 * GIB, 9 * GIB, GIB, OptionalLong.empty()));

        assertEquals(List.of(), policy.next(host(0.21), guests));
        assertEquals(List.of(new Balloon("mute", 9 * GIB + 512 * MIB)), policy.next(host(0.5), guests));
    }

    @Test
    void aGuestThatIsShortItselfGetsThatAtOnce() {
        assertEquals(
                List.of(new Balloon("short", 5 * GIB + 922 * MIB), new Balloon("idle", 5 * GIB + 512 * MIB)),
                policy.next(
                        host(0.5),
                        List.of(guest("short", 5 * GIB, GIB, 102 * MIB), guest("idle", 5 * GIB, GIB, 4 * GIB))));
    }

    @Test
    void aHostThatTellsNothingMovesNothing() {
        assertEquals(List.of(), policy.next(new HostMemory(0, 0), List.of(guest("idle", 10 * GIB, 4 * GIB, 8 * GIB))));
    }

    @Test
    void asksForASensibleShare() {
        assertThrows(IllegalArgumentException.class, () -> new BalloonPolicy(0));
        assertThrows(IllegalArgumentException.class, () -> new BalloonPolicy(91));
    }

    /** Whatever is told: between what is guaranteed and the whole, a fifth unused, and no more in all than is lacking. */
    @Test
    void keepsItsPromisesWhateverItIsTold() {
        Random random = new Random(7);
        int moved = 0;
        for (int round = 0; round < 20_000; round++) {
            HostMemory host = host(random.nextDouble());
            List<Guest> guests = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long size = (1 + random.nextInt(64)) * GIB / 4;
                long guaranteed = (long) (size * random.nextDouble());
                long given = guaranteed + (long) ((size - guaranteed) * random.nextDouble());
                guests.add(new Guest(
                        "guest-" + i,
                        size,
                        given,
                        guaranteed,
                        random.nextInt(4) == 0
                                ? OptionalLong.empty()
                                : OptionalLong.of((long) (size * 1.2 * random.nextDouble()))));
            }
            long taken = 0;
            for (Balloon balloon : policy.next(host, guests)) {
                Guest guest = guests.stream()
                        .filter(one -> one.vmId().equals(balloon.vmId()))
                        .findFirst()
                        .orElseThrow();
                assertTrue(balloon.givenBytes() >= guest.guaranteedBytes(), () -> guest + " " + balloon);
                assertTrue(balloon.givenBytes() <= guest.sizeBytes(), () -> guest + " " + balloon);
                long lost = guest.givenBytes() - balloon.givenBytes();
                if (lost > 0) {
                    assertTrue(
                            guest.usableBytes().orElseThrow() - lost >= guest.givenBytes() / 5 - MIB,
                            () -> guest + " " + balloon);
                    taken += lost;
                }
                moved++;
            }
            assertTrue(taken <= Math.max(0, 20 * GIB - host.availableBytes()));
        }
        assertTrue(moved > 10_000, "moved " + moved);
    }
}
