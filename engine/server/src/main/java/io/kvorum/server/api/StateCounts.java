package io.kvorum.server.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many hosts and VMs are in which state. Counting a fleet's VMs takes the database tens of milliseconds and everybody who
 * looks asks for it: a count is used again until it is ten times as old as it took to make.
 */
@ApplicationScoped
public class StateCounts {

    private static final int TIMES_AS_OLD = 10;

    private final EntityManager entities;
    private final ReentrantLock counting = new ReentrantLock();
    private volatile @Nullable Counted last;

    StateCounts(EntityManager entities) {
        this.entities = entities;
    }

    /** By state in lower case. */
    public record Counted(Map<String, Long> hosts, Map<String, Long> vms, long goodUntilNanos) {
        public Counted {
            hosts = Collections.unmodifiableMap(hosts);
            vms = Collections.unmodifiableMap(vms);
        }
    }

    @ActivateRequestContext
    public Counted now() {
        Counted known = young();
        if (known != null) {
            return known;
        }
        counting.lock();
        try {
            Counted meanwhile = young();
            if (meanwhile != null) {
                return meanwhile;
            }
            long began = System.nanoTime();
            Map<String, Long> hosts = states("HostRow");
            Map<String, Long> vms = states("VmRow");
            long ended = System.nanoTime();
            Counted counted = new Counted(hosts, vms, ended + TIMES_AS_OLD * (ended - began));
            last = counted;
            return counted;
        } finally {
            counting.unlock();
        }
    }

    private @Nullable Counted young() {
        Counted counted = last;
        return counted != null && System.nanoTime() - counted.goodUntilNanos() < 0 ? counted : null;
    }

    private Map<String, Long> states(String table) {
        Map<String, Long> states = new TreeMap<>();
        entities.createQuery("select state, count(*) from " + table + " group by state", Object[].class)
                .getResultList()
                .forEach(row -> states.put(row[0].toString().toLowerCase(Locale.ROOT), (Long) row[1]));
        return states;
    }
}
