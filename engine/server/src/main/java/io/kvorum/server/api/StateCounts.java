package io.kvorum.server.api;

import io.kvorum.core.inventory.StateCount;
import io.kvorum.server.controller.ControllerLoop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many hosts and VMs are in which state. The leader counts as it goes. Where another replica is asked, the database counts,
 * which takes it a tenth of a second for a large fleet: that count is {@link Reused}.
 */
@ApplicationScoped
public class StateCounts {

    private final ControllerLoop loop;
    private final EntityManager entities;
    private final Reused<Counted> counted = new Reused<>(this::count);

    StateCounts(ControllerLoop loop, EntityManager entities) {
        this.loop = loop;
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
        return loop.states().map(StateCounts::read).orElseGet(counted::get);
    }

    private static Counted read(StateCount states) {
        return new Counted(named(states.hosts()), named(states.vms()));
    }

    private static Map<String, Long> named(Map<? extends Enum<?>, Integer> states) {
        Map<String, Long> named = new TreeMap<>();
        states.forEach((state, count) -> named.put(Words.of(state), count.longValue()));
        return named;
    }

    private Counted count() {
        return new Counted(states("host"), states("vm_status"));
    }

    private Map<String, Long> states(String table) {
        Map<String, Long> states = new TreeMap<>();
        GroupedCounts.of(entities, "select state, count(*) from " + table + " group by state", Map.of())
                .forEach((state, count) -> states.put(state.toString().toLowerCase(Locale.ROOT), count));
        return states;
    }
}
