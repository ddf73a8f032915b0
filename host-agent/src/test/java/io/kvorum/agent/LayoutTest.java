package io.kvorum.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private static final int MAX_LINES = 400;
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.kvorum.agent", "io.grpc.okhttp", "org.libvirt");

    @Test
    void onlyTheLibvirtHypervisorKnowsLibvirt() {
        noClasses()
                .that()
                .resideInAPackage("io.kvorum.agent..")
                .and()
                .resideOutsideOfPackage("io.kvorum.agent.hypervisor.libvirt..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.libvirt..", "com.sun.jna..")
                .check(CLASSES);
    }

    @Test
    void hypervisorsDoNotKnowTheService() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.kvorum.agent.hypervisor..", "io.kvorum.agent.storage..", "io.kvorum.agent.fencing..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kvorum.agent.service..", "io.kvorum.agent.simulated..", "io.grpc..")
                .check(CLASSES);
    }

    @Test
    void onlyKeyRequestsNeedBouncyCastle() {
        noClasses()
                .that()
                .doNotHaveSimpleName("KeyRequest")
                .and()
                .resideInAPackage("io.kvorum.agent..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(CLASSES);
    }

    @Test
    void theTwoHypervisorsDoNotKnowEachOther() {
        slices().matching("io.kvorum.agent.hypervisor.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void filesStaySmall() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<Path> large = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> lines(file) >= MAX_LINES)
                    .toList();
            assertEquals(List.of(), large);
        }
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
