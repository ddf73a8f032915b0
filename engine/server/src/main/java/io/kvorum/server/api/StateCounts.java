package io.kvorum.server.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many hosts and VMs are in which state. Counting a fleet's VMs takes the database tens of milliseconds and everybody who
 * looks asks for it: a count is {@link Reused}.
 */
@ApplicationScoped
public class StateCounts {

    private final EntityManager entities;
    private final Reused<Counted> counted = new Reused<>(this::count);

    StateCounts(EntityManager entities) {
        this.entities = entities;
    }

    /** By state in lower case. */
    public record Counted(Map<String, Long> hosts, Map<String, Long> vms) {
        public Counted {
            hosts = Collections.unmodifiableMap(hosts);
            vms = Collections.unmodifiableMap(vms);
        }
    }

    @ActivateRequestContext
    public Counted now() {
        return counted.get();
    }

    private Counted count() {
        return new Counted(states("host"), states("vm_status"));
    }

    private Map<String, Long> states(String table) {
        Map<String, Long> states = new TreeMap<>();
        List<?> rows = entities.createNativeQuery("select state, count(*) from " + table + " group by state")
                .getResultList();
        for (Object row : rows) {
            Object[] columns = (Object[]) row;
            states.put(columns[0].toString().toLowerCase(Locale.ROOT), ((Number) columns[1]).longValue());
        }
        return states;
    }
}
