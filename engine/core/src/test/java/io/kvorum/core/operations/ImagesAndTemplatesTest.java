package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ImagesAndTemplatesTest {

    private static final UUID IMAGE = Things.id("image");
    private static final UUID TEMPLATE = Things.id("template");

    private static Request.BeginImage upload(String name, long bytes) {
        return new Request.BeginImage(Things.id(name), name, Things.STORE, DiskFormat.QCOW2, bytes, null);
    }

    private static Request.CreateTemplate fromImage() {
        return new Request.CreateTemplate(
                TEMPLATE, "template", "", Things.DATA_CENTER, Things.hardware(Things.GIB), IMAGE, null);
    }

    private static TestCluster withImage() {
        TestCluster cluster = TestCluster.of(2);
        cluster.run(upload("image", 1000));
        cluster.run(new Request.FinishImage(IMAGE, Things.GIB, "00", null));
        return cluster;
    }

    private static VmSpec clone(String name) {
        VmSpec spec = Things.spec(name);
        return new VmSpec(
                name,
                "",
                Things.CLUSTER,
                TEMPLATE,
                spec.hardware(),
                List.of(new VmDisk(
                        Things.id(name + "-disk"), Things.STORE, DiskFormat.QCOW2, Things.GIB, 1, Things.id("image"))),
                spec.nics(),
                spec.highAvailability(),
                spec.migration(),
                null);
    }

    @Test
    void anUploadBecomesReady() {
        assertEquals(ImageState.READY, withImage().image("image").state());
    }

    @Test
    void anUploadIsRefusedWhereItCannotBe() {
        TestCluster cluster = withImage();

        assertEquals(
                "name",
                cluster.run(new Request.BeginImage(Things.id("x"), "image", Things.STORE, DiskFormat.RAW, 1, null))
                        .problem()
                        .errors()
                        .getFirst()
                        .field());
        assertEquals(
                "sha256",
                cluster.run(new Request.BeginImage(Things.id("x"), "x", Things.STORE, DiskFormat.RAW, 1, "zz"))
                        .problem()
                        .errors()
                        .getFirst()
                        .field());
        assertEquals(
                Problem.Type.CONFLICT,
                cluster.run(upload("big", 5000 * Things.GIB)).problem().type());
        assertEquals(
                Problem.Type.CONFLICT, cluster.run(upload("image", 1)).problem().type());
        assertEquals(
                "storageDomainId",
                cluster.run(new Request.BeginImage(Things.id("x"), "x", Things.id("none"), DiskFormat.RAW, 1, null))
                        .problem()
                        .errors()
                        .getFirst()
                        .field());
    }

    @Test
    void aFailedUploadLeavesNothing() {
        TestCluster cluster = TestCluster.of(1);
        cluster.run(upload("image", 1000));

        Operation end = cluster.run(new Request.FinishImage(IMAGE, 0, "", "The checksum is wrong."));

        assertEquals(OperationState.FAILED, end.state());
        assertNull(cluster.image("image"));
    }

    @Test
    void anUploadThatNobodyFinishesFails() {
        TestCluster cluster = TestCluster.of(1);
        cluster.run(upload("image", 1000));
        cluster.newLeader();

        cluster.advance(Duration.ofHours(7));

        assertEquals(ImageState.FAILED, cluster.image("image").state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.DeleteImage(IMAGE)).state());
    }

    @Test
    void whatIsStoodUponIsNotDeleted() {
        TestCluster cluster = withImage();
        cluster.run(fromImage());
        cluster.run(new Request.CreateVm(Things.id("c"), clone("c"), false, false));

        Operation image = cluster.run(new Request.DeleteImage(IMAGE));
        Operation template = cluster.run(new Request.DeleteTemplate(TEMPLATE));

        assertEquals("template", image.problem().blocker().name());
        assertEquals("c", template.problem().blocker().name());
        cluster.run(new Request.DeleteVm(Things.id("c")));
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.DeleteTemplate(TEMPLATE)).state());
        assertEquals(
                OperationState.SUCCEEDED,
                cluster.run(new Request.DeleteImage(IMAGE)).state());
    }

    @Test
    void nothingIsMadeFromWhatIsBeingDeleted() {
        TestCluster cluster = withImage();
        cluster.run(fromImage());
        cluster.hosts().forEach(host -> host.habit(AgentCommand.DeleteDisk.class, Habit.SWALLOW));
        Template own = new Template(
                TEMPLATE,
                "t",
                "",
                Things.DATA_CENTER,
                Things.hardware(Things.GIB),
                List.of(new Template.TemplateDisk(Things.id("td"), null, Things.STORE, DiskFormat.QCOW2, Things.GIB)),
                true,
                Meta.NONE);
        TestCluster other = TestCluster.of(1, own);
        other.hosts().forEach(host -> host.habit(AgentCommand.DeleteDisk.class, Habit.SWALLOW));
        other.submit(new Request.DeleteTemplate(TEMPLATE));

        Operation end = other.run(new Request.CreateVm(Things.id("c"), clone("c"), true, false));

        assertEquals("templateId", end.problem().errors().getFirst().field());
    }

    @Test
    void aTemplateIsCopiedFromAVmThatIsDown() {
        TestCluster cluster = TestCluster.of(2, Things.vm("v"), Things.on(Things.vm("up"), "h1"));
        Request.CreateTemplate request = new Request.CreateTemplate(
                TEMPLATE, "template", "", Things.DATA_CENTER, Things.hardware(Things.GIB), null, Things.id("v"));

        Operation end = cluster.run(request);

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertTrue(cluster.template("template").ready());
        assertEquals(1, cluster.disks.size());
        assertEquals(OperationState.REFUSED, cluster.run(request).state());
        assertEquals(
                Problem.Type.CONFLICT,
                cluster.run(new Request.CreateTemplate(
                                Things.id("t2"),
                                "t2",
                                "",
                                Things.DATA_CENTER,
                                Things.hardware(Things.GIB),
                                null,
                                Things.id("up")))
                        .problem()
                        .type());
    }

    @Test
    void aTemplateThatCannotBeCopiedIsGoneAgain() {
        TestCluster cluster = TestCluster.of(1, Things.vm("v"));
        cluster.host("h1").habit(AgentCommand.CreateDisk.class, Habit.FAIL);

        Operation end = cluster.run(new Request.CreateTemplate(
                TEMPLATE, "template", "", Things.DATA_CENTER, Things.hardware(Things.GIB), null, Things.id("v")));

        assertEquals(OperationState.FAILED, end.state());
        assertNull(cluster.template("template"));
        assertTrue(cluster.disks.isEmpty());
    }

    @Test
    void aTemplateNeedsOneSource() {
        TestCluster cluster = withImage();

        Operation both = cluster.run(new Request.CreateTemplate(
                TEMPLATE, "t", "", Things.DATA_CENTER, Things.hardware(Things.GIB), IMAGE, Things.id("v")));
        Operation none = cluster.run(new Request.CreateTemplate(
                TEMPLATE, "t", "", Things.id("nowhere"), Things.hardware(Things.GIB), null, null));

        assertEquals("imageId", both.problem().errors().getFirst().field());
        assertEquals(2, none.problem().errors().size());
    }

    @Test
    void anImageInAReadyStateIsNotFinishedTwice() {
        TestCluster cluster = withImage();
        Image before = cluster.image("image");

        assertEquals(
                OperationState.REFUSED,
                cluster.run(new Request.FinishImage(IMAGE, 1, "11", null)).state());
        assertEquals(before, cluster.image("image"));
    }
}
