package io.kvorum.server.api;

import io.kvorum.core.scheduling.FleetOverview;
import io.kvorum.server.controller.ControllerLoop;
import jakarta.enterprise.context.ApplicationScoped;

/** What all hosts have and use. Adding it up takes the leader's one thread, and everybody who looks asks for it: it is {@link Reused}. */
@ApplicationScoped
public class FleetOverviews {

    private final Reused<FleetOverview> overview;

    FleetOverviews(ControllerLoop loop) {
        overview = new Reused<>(() -> loop.overview().orElseThrow(ProblemException::noLeader));
    }

    public FleetOverview now() {
        return overview.get();
    }
}
