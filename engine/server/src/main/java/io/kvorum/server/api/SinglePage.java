package io.kvorum.server.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Pages of the UI are made in the browser: any path that is neither the API's nor a file's answers with the UI. */
@ApplicationScoped
public class SinglePage {

    private static final int AFTER_EVERYTHING = 100_000;

    void register(@Observes Router router) {
        router.route().order(AFTER_EVERYTHING).method(HttpMethod.GET).handler(SinglePage::answer);
    }

    private static void answer(RoutingContext context) {
        String path = context.normalizedPath();
        boolean page = !path.startsWith("/api/")
                && !path.startsWith("/q/")
                && !path.startsWith("/metrics")
                && !path.substring(path.lastIndexOf('/')).contains(".");
        if (page) {
            context.reroute("/index.html");
        } else {
            context.next();
        }
    }
}
