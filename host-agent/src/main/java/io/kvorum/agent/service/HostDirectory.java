package io.kvorum.agent.service;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The hosts behind one port, by the authority that the engine dials: {@code <host id>.host.kvorum}. */
public final class HostDirectory {
    public static final String SUFFIX = ".host.kvorum";

    private final Map<String, ManagedHost> hosts = new ConcurrentHashMap<>();

    public void add(ManagedHost host) {
        hosts.put(host.hostId(), host);
    }

    /** Empty for a name that is not a host here. A port after the name is ignored. */
    Optional<ManagedHost> find(String authority) {
        int colon = authority.indexOf(':');
        String name = (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
        return name.endsWith(SUFFIX)
                ? Optional.ofNullable(hosts.get(name.substring(0, name.length() - SUFFIX.length())))
                : Optional.empty();
    }
}
