package io.kvorum.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know what. */
@AnalyzeClasses(packages = "io.kvorum.server", importOptions = DoNotIncludeTests.class)
class LayoutTest {

    @ArchTest
    static final ArchRule theApiTalksToNoAgentExceptForUploads = noClasses()
            .that()
            .resideInAPackage("..server.api")
            .and()
            .haveNameNotMatching(".*\\.ImageUploads.*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.kvorum.proto..", "..server.agents..");

    @ArchTest
    static final ArchRule storageKnowsNeitherTheApiNorAgents = noClasses()
            .that()
            .resideInAPackage("..server.persistence..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..server.api..", "..server.agents..", "..server.controller..", "io.grpc..");

    @ArchTest
    static final ArchRule agentsAreReachedWithoutSqlAndHttp = noClasses()
            .that()
            .resideInAPackage("..server.agents..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "jakarta.ws.rs..", "..server.api..", "..server.enrollment..");

    @ArchTest
    static final ArchRule theControllersShellServesNoOne = noClasses()
            .that()
            .resideInAPackage("..server.controller..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.ws.rs..", "..server.api..", "..server.enrollment..", "..server.leadership..");

    @ArchTest
    static final ArchRule onlyElectionsKnowZooKeeper = noClasses()
            .that()
            .resideOutsideOfPackages("..server.leadership..", "..server.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..");

    /** But by an engine that cannot start: it may have no log yet. */
    @ArchTest
    static final ArchRule nothingIsPrinted = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(EngineMain.class.getName())
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}
