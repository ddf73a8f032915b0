package io.kvorum.server.persistence;

/** This replica does not lead any more, or never did in that term; nothing was written. */
public class LeadershipLostException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public LeadershipLostException(long epoch, long current) {
        super("Term " + epoch + " is over; the current one is " + current + ".");
    }
}
