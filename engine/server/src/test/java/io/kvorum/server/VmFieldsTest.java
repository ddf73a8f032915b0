package io.kvorum.server;

import static io.kvorum.server.ConfigurationTest.assertField;

import com.fasterxml.jackson.core.type.TypeReference;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every field of a VM that has a limit, and the words for what lies beyond it. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class VmFieldsTest {

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"\"} | name | 1 to 64",
                "{\"clusterId\":null} | clusterId | missing",
                "{\"clusterId\":\"00000000-0000-0000-0000-000000000001\"} | clusterId | no such cluster",
                "{\"templateId\":\"00000000-0000-0000-0000-000000000001\"} | templateId | no such template",
                "{\"instanceTypeId\":\"00000000-0000-0000-0000-000000000001\"} | instanceTypeId | no such instance type",
                "{\"hardware\":{\"sockets\":0}} | hardware.sockets | from 1 to 512",
                "{\"hardware\":{\"sockets\":513}} | hardware.sockets | from 1 to 512",
                "{\"hardware\":{\"coresPerSocket\":0}} | hardware.coresPerSocket | from 1 to 512",
                "{\"hardware\":{\"threadsPerCore\":9}} | hardware.threadsPerCore | from 1 to 8",
                "{\"hardware\":{\"sockets\":512,\"coresPerSocket\":2}} | hardware | At most 512",
                "{\"hardware\":{\"sockets\":512,\"coresPerSocket\":512,\"threadsPerCore\":8}} | hardware | At most 512",
                "{\"hardware\":{\"memoryBytes\":1048576}} | hardware.memoryBytes | from 33554432",
                "{\"hardware\":{\"memoryBytes\":33554433}} | hardware.memoryBytes | whole MiB",
                "{\"hardware\":{\"memoryBytes\":33554432,\"guaranteedMemoryBytes\":33554433}} | hardware.guaranteedMemoryBytes | from 0",
                "{\"hardware\":{\"firmware\":\"coreboot\"}} | hardware.firmware | uefi",
                "{\"hardware\":{\"cpuMode\":\"fast\"}} | hardware.cpuMode | host_model",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"numaNodes\":9}} | hardware.numaNodes | from 0 to 8",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"numaNodes\":2}} | hardware.numaNodes | split evenly",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"numaNodes\":0,\"dedicatedCpus\":true}} | hardware.numaNodes | need NUMA nodes",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"hugepageBytes\":4096}} | hardware.hugepageBytes | 2 MiB",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"growth\":{\"maxSockets\":513}}} | hardware.growth.maxSockets | from 1 to 512",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"growth\":{\"maxMemoryBytes\":1}}} | hardware.growth.maxMemoryBytes | from 1073741824",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"growth\":{\"maxMemoryBytes\":1074790400}}} | hardware.growth.maxMemoryBytes | multiple of 128 MiB",
                "{\"hardware\":{\"memoryBytes\":1073741824,\"numaNodes\":1,\"growth\":{\"maxSockets\":2}}} | hardware.numaNodes | hardware.growth",
                "{\"hosts\":{\"only\":[\"00000000-0000-0000-0000-000000000001\"]}} | hosts.only | no such host",
                "{\"hosts\":{\"preferred\":[null]}} | hosts.preferred | without null",
                "{\"disks\":[{\"sizeBytes\":1048576}]} | disks[0].storageDomainId | missing",
                "{\"disks\":[{\"sizeBytes\":1048576,\"storageDomainId\":\"00000000-0000-0000-0000-000000000001\"}]} | disks[0].storageDomainId | no such storage domain",
                "{\"nics\":[{}]} | nics[0].networkId | missing",
                "{\"nics\":[{\"networkId\":\"00000000-0000-0000-0000-000000000001\"}]} | nics[0].networkId | no such network",
                "{\"migration\":\"never\"} | migration | pinned",
                "{\"migrationPolicy\":{\"policy\":\"fast\"}} | migrationPolicy.policy | post_copy",
                "{\"migrationPolicy\":{\"bandwidthMibPerSecond\":-1}} | migrationPolicy.bandwidthMibPerSecond | from 0",
                "{\"migrationPolicy\":{\"policy\":\"post_copy\",\"parallelConnections\":2}} | migrationPolicy.parallelConnections | post_copy",
                "{\"migrationPolicy\":{\"policy\":\"very_large_vms\",\"compressed\":true}} | migrationPolicy.compressed | 4 connections",
                "{\"clone\":\"shallow\"} | clone | linked",
                "{\"highAvailability\":{\"enabled\":true,\"priority\":\"huge\"}} | highAvailability.priority | medium"
            })
    void saysWhatIsWrongWithAVm(String change, String field, String limit) throws IOException {
        Map<String, Object> body = fleet.vmBody(ApiClient.unique("wrong"));
        body.putAll(ApiClient.JSON.readValue(change, new TypeReference<Map<String, Object>>() {}));

        assertField(api.post("/vms", body).expect(400), field, limit);
    }

    @Test
    void boundsDisksCardsAndCloudInit() {
        Map<String, Object> body = fleet.vmBody(ApiClient.unique("wrong"));
        body.put(
                "disks",
                Collections.nCopies(65, Map.of("sizeBytes", 1 << 20, "storageDomainId", fleet.storageDomainId)));
        body.put("nics", Collections.nCopies(29, Map.of("networkId", fleet.networkId)));
        body.put("cloudInit", Map.of("userData", "x".repeat(65537)));

        Answer answer = api.post("/vms", body).expect(400);

        assertField(answer, "disks", "At most 64");
        assertField(answer, "nics", "At most 28");
        assertField(answer, "cloudInit.userData", "At most 65536");
    }

    @Test
    void aDiskHasALeastAndAGreatestSize() {
        for (long size : new long[] {0, (1 << 20) - 1, (64L << 40) + 1}) {
            Map<String, Object> body = fleet.vmBody(ApiClient.unique("wrong"));
            body.put("disks", List.of(Map.of("sizeBytes", size, "storageDomainId", fleet.storageDomainId)));

            assertField(api.post("/vms", body).expect(400), "disks[0].sizeBytes", "from 1048576 to");
        }
    }
}
