package io.kvorum.server.leadership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.server.EngineResource;
import io.kvorum.server.KvorumConfig;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class PathOwnerTest {

    @Inject
    KvorumConfig config;

    @Test
    void theFirstInstallationKeepsThePath() throws Exception {
        try (CuratorFramework curator = CuratorFrameworkFactory.newClient(
                config.leadership().zookeeper().orElseThrow(), new RetryOneTime(100))) {
            curator.start();

            assertEquals(Optional.empty(), PathOwner.claim(curator, "/owned", "first"));
            assertEquals(Optional.empty(), PathOwner.claim(curator, "/owned", "first"));
            assertEquals(Optional.of("first"), PathOwner.claim(curator, "/owned", "second"));
        }
    }
}
