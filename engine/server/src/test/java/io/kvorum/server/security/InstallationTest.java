package io.kvorum.server.security;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.kvorum.server.EngineResource;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class InstallationTest {

    @Inject
    AgroalDataSource dataSource;

    @Inject
    SecretBox secrets;

    @Inject
    Installation own;

    @Test
    void anotherReplicaOfTheInstallationIsWelcome() {
        assertDoesNotThrow(() -> new Installation(dataSource, secrets, own.fingerprint()).claimDatabase());
    }

    @Test
    void anEngineWithAnotherCaDoesNotTouchTheDatabase() {
        Installation foreign = new Installation(dataSource, secrets, "0123abcd");

        IllegalStateException refused = assertThrows(IllegalStateException.class, foreign::claimDatabase);

        String words = String.valueOf(refused.getMessage());
        assertTrue(words.contains(own.fingerprint()), words);
        assertTrue(words.contains("copy the folder ca"), words);
    }
}
