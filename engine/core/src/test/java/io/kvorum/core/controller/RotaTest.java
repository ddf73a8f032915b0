package io.kvorum.core.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RotaTest {

    private static List<UUID> things(int count) {
        return IntStream.range(0, count).mapToObj(i -> new UUID(0, i)).toList();
    }

    @Test
    void everythingHasItsTurnOnceARoundAndNoTickHasMoreThanItsShare() {
        Rota rota = new Rota(6);
        List<UUID> all = things(100);
        for (int round = 0; round < 3; round++) {
            List<UUID> seen = new ArrayList<>();
            for (int tick = 0; tick < 6; tick++) {
                List<UUID> now = rota.next(all);
                assertTrue(now.size() <= 17);
                seen.addAll(now);
            }
            assertEquals(all, seen);
        }
    }

    @Test
    void whatIsGoneHasNoTurnAndWhatHasComeWaitsForTheNextRound() {
        Rota rota = new Rota(2);
        assertEquals(things(2), rota.next(things(4)));
        List<UUID> changed = List.of(new UUID(0, 3), new UUID(0, 9));
        assertEquals(List.of(new UUID(0, 3)), rota.next(changed));
        assertEquals(List.of(new UUID(0, 3)), rota.next(changed));
        assertEquals(List.of(new UUID(0, 9)), rota.next(changed));
        assertEquals(List.of(), rota.next(List.of()));
    }
}
