package io.kvorum.agent.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.stub.EngineStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetControlTest {
    @TempDir
    Path state;

    EngineStub engine;
    SimulatedFleet fleet;
    FleetControl control;

    @BeforeEach
    void start() throws Exception {
        engine = new EngineStub("127.0.0.1", Duration.ofDays(1));
        fleet = SimulatedFleet.of(FleetPlan.of(2, state));
        fleet.join(engine.token());
        fleet.start();
        control = FleetControl.listen(fleet, state);
    }

    @AfterEach
    void stop() throws IOException {
        control.close();
        fleet.close();
        engine.close();
    }

    @Test
    void listsHostsAsTheyAre() throws Exception {
        assertEquals("sim-0001 on connected 0\nsim-0002 on connected 0\n", ask("list"));

        ask("power-off", "sim-0001");
        ask("cut", "sim-0002");

        assertEquals("sim-0001 off cut 0\nsim-0002 on cut 0\n", ask("list"));

        ask("power-on", "sim-0001");
        ask("heal", "sim-0002");

        assertEquals("sim-0001 on connected 0\nsim-0002 on connected 0\n", ask("list"));
    }

    @Test
    void isOpenToItsOwnUserAloneAndLeavesNothingBehind() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(control.socket())));

        control.close();

        assertFalse(Files.exists(control.socket()));
        IOException nobody = assertThrows(IOException.class, () -> ask("list"));
        assertTrue(String.valueOf(nobody.getMessage()).contains("running?"), nobody.toString());
    }

    @Test
    void takesAFolderOverFromTheDeadButNotFromTheLiving() throws Exception {
        assertThrows(IOException.class, () -> FleetControl.listen(fleet, state));
        control.close();
        Files.createFile(control.socket());

        control = FleetControl.listen(fleet, state);

        assertTrue(ask("list").startsWith("sim-0001"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "explode sim-0001 | power-off",
                "power-off | power-off HOST",
                "list sim-0001 | like this: list",
                "power-off sim-9999 | No simulated host sim-9999",
                "slow sim-0001 never | not a number",
                "slow sim-0001 NaN | not a number",
                "crash sim-0001 vm-1 | vm-1"
            })
    void saysWhatItDoesNotUnderstand(String words, String why) {
        Exception refused = assertThrows(Exception.class, () -> ask(words.split(" ")));

        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.toString());
    }

    private String ask(String... words) throws IOException {
        return FleetControl.ask(state, List.of(words));
    }
}
