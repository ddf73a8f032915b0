package io.kvorum.server.api;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What takes a while to make and many ask for: used again until it is ten times as old as it took to make, and made by one at a
 * time. So however many ask, making it takes a tenth of one thread at most.
 */
final class Reused<T> {

    private static final int TIMES_AS_OLD = 10;

    private record Made<T>(T value, long goodUntilNanos) {}

    private final Supplier<T> make;
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable Made<T> last;

    /** @param make what it throws is thrown to who asked, and not kept */
    Reused(Supplier<T> make) {
        this.make = make;
    }

    T get() {
        Made<T> known = young();
        if (known != null) {
            return known.value();
        }
        making.lock();
        try {
            Made<T> meanwhile = young();
            if (meanwhile != null) {
                return meanwhile.value();
            }
            long began = System.nanoTime();
            T value = make.get();
            long ended = System.nanoTime();
            last = new Made<>(value, ended + TIMES_AS_OLD * (ended - began));
            return value;
        } finally {
            making.unlock();
        }
    }

    private @Nullable Made<T> young() {
        Made<T> made = last;
        return made != null && System.nanoTime() - made.goodUntilNanos() < 0 ? made : null;
    }
}
