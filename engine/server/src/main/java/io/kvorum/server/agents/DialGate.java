package io.kvorum.server.agents;

import java.util.concurrent.Semaphore;

/**
 * How many hosts are dialled at once. A handshake takes milliseconds of CPU on both sides: ten thousand at once, when an
 * engine begins to lead, would all run out of time and begin again, for ever. Those that did not answer the last
 * time wait in a queue of their own, so that hundreds of dead hosts do not hold up the others.
 */
final class DialGate {

    private final Semaphore answering;
    private final Semaphore silent;

    /**
     * @param answering hosts at once that answered the last time, or are dialled for the first
     * @param silent hosts at once that did not
     */
    DialGate(int answering, int silent) {
        this.answering = new Semaphore(answering, true);
        this.silent = new Semaphore(silent, true);
    }

    /** Waits for its turn; the caller closes the pass as soon as the host has answered, or has not. */
    Pass enter(boolean answeredLastTime) throws InterruptedException {
        Semaphore queue = answeredLastTime ? answering : silent;
        queue.acquire();
        return queue::release;
    }

    /** To be closed once. */
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }
}
