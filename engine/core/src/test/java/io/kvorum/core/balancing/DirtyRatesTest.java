package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DirtyRatesTest {

    private static final UUID VM = Things.id("v");
    private static final double NETWORK = 117e6;

    private final DirtyRates rates = new DirtyRates();

    private static MigrationDetail took(long seconds, long bytes, long dirtied) {
        return new MigrationDetail(Duration.ofSeconds(seconds), Duration.ofMillis(50), bytes, dirtied);
    }

    private static LoadModel.VmLoad guest(double dirtied) {
        return new LoadModel.VmLoad(0, 2, 2, 0, 8e9, true, Io.NONE, dirtied);
    }

    @Test
    void whatQemuCountedIsWhatTheNextMoveIsChargedWith() {
        rates.migrated(VM, took(60, 7_000_000_000L, 80_000_000), 0);

        assertEquals(80e6, rates.of(VM, 0));
        double busy = MigrationCost.of(guest(80e6), NETWORK).seconds();
        double assumed = MigrationCost.of(guest(Double.NaN), NETWORK).seconds();
        double calm = MigrationCost.of(guest(1e6), NETWORK).seconds();
        assertEquals(8e9 / (NETWORK - 80e6), busy, 0.1);
        assertEquals(8e9 / (NETWORK - 64e6), assumed, 0.1);
        assertTrue(calm < assumed && assumed < busy);
    }

    @Test
    void onePassTellsHowMuchItWasAtMost() {
        rates.migrated(VM, took(10, 1_000_000_000, 0), 0);

        assertEquals(0.3 * 100e6 / 10, rates.of(VM, 0), 1);
    }

    @Test
    void whatIsOldUnknownOrCannotBeCountsForNothing() {
        for (MigrationDetail nonsense : List.of(
                took(0, 1, 1),
                took(-3, 1, 1),
                took(10, 0, 1),
                took(10, -1, 1),
                took(10, 1_000_000, -1),
                took(10, 1_000_000, Long.MAX_VALUE),
                took(1, Long.MAX_VALUE, 0))) {
            rates.migrated(VM, nonsense, 0);
            assertTrue(Double.isNaN(rates.of(VM, 0)), nonsense.toString());
        }
        rates.migrated(VM, took(10, 1_000_000_000, 5_000_000), 0);
        assertEquals(5e6, rates.of(VM, Duration.ofDays(7).toNanos()));
        assertTrue(Double.isNaN(rates.of(VM, Duration.ofDays(8).toNanos())));
        rates.forget(VM::equals);
        assertTrue(Double.isNaN(rates.of(VM, 0)));
    }
}
