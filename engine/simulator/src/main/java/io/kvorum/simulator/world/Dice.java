package io.kvorum.simulator.world;

import java.util.List;
import java.util.SplittableRandom;

/** All chance in a simulation comes from here, and from its seed. */
public final class Dice {

    private final SplittableRandom random;

    public Dice(long seed) {
        random = new SplittableRandom(mix(seed));
    }

    /** Neighbouring seeds must not give sequences that overlap, as they would with this generator (murmur3's finish). */
    private static long mix(long seed) {
        long mixed = (seed ^ (seed >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }

    /** From 0 to that number, exclusive. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    public int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    public boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    public <T> T of(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    /** Nanoseconds between two numbers of milliseconds. */
    long millis(long least, long most) {
        return random.nextLong(least * 1_000_000, most * 1_000_000 + 1);
    }

    /** Nanoseconds between two numbers of microseconds. */
    long micros(long least, long most) {
        return random.nextLong(least * 1000, most * 1000 + 1);
    }
}
