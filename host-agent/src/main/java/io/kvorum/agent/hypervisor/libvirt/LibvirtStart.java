package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.storage.CloudInitSeed;
import io.kvorum.agent.storage.DomainLayout;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** How a guest comes to run, from its disks or from its saved memory, and how its memory is saved. */
final class LibvirtStart {
    private static final int START_PAUSED = 1;

    private final AgentConfig config;
    private final LibvirtGuests guests;
    private final DomainXml xml;

    LibvirtStart(AgentConfig config, LibvirtGuests guests) {
        this.config = config;
        this.guests = guests;
        this.xml = new DomainXml(config.virtualization(), config.serialLogDir());
    }

    VmRunState start(Connect connection, Optional<Domain> present, StartVm command) throws LibvirtException {
        VmSpec vm = command.getVm();
        if (present.isPresent()) {
            return running(present.get(), vm);
        }
        if (command.getResume()) {
            Path saved = savedFile(vm);
            LibvirtExtra.restore(connection, saved.toString(), command.getPaused());
            delete(saved);
        } else {
            Optional<Path> seed = vm.hasCloudInit() ? Optional.of(seed(vm)) : Optional.empty();
            String domain = xml.of(vm, LibvirtConsole.password(), seed).toString();
            connection
                    .domainCreateXML(domain, command.getPaused() ? START_PAUSED : 0)
                    .free();
        }
        return command.getPaused() ? VmRunState.VM_RUN_STATE_PAUSED : VmRunState.VM_RUN_STATE_RUNNING;
    }

    private VmRunState running(Domain domain, VmSpec vm) throws LibvirtException {
        long revision = guests.revision(domain)
                .orElseThrow(() -> CommandFailure.conflict("A guest with the id " + vm.getVmId()
                        + " is here that Kvorum did not start; remove it, or give the VM another id"));
        if (revision > vm.getRevision()) {
            throw CommandFailure.conflict("VM " + vm.getVmId() + " runs under revision " + revision + ", newer than "
                    + vm.getRevision() + "; read its specification again");
        }
        VmRunState state = guests.state(domain);
        if (state == VmRunState.VM_RUN_STATE_LEFT_BEHIND || state == VmRunState.VM_RUN_STATE_TORN) {
            throw CommandFailure.conflict(
                    "VM " + vm.getVmId() + " was moved away from here and something of it was left; stop that first");
        }
        return state;
    }

    void prepareSerialLog() {
        try {
            Files.createDirectories(config.serialLogDir());
        } catch (IOException e) {
            throw CommandFailure.hypervisor(
                    "The folder of serial logs " + config.serialLogDir() + " cannot be made: " + e);
        }
    }

    /** The seed lies beside the VM's first disk, so that the VM can migrate with it. */
    private static Path seed(VmSpec vm) {
        if (vm.getDisksCount() == 0) {
            throw CommandFailure.invalid(
                    "VM " + vm.getVmId() + " has cloud-init but no disk in whose storage domain its seed could lie");
        }
        return CloudInitSeed.write(DomainLayout.of(vm.getDisks(0).getStorageDomain()), vm.getVmId(), vm.getCloudInit());
    }

    private static Path savedFile(VmSpec vm) {
        return vm.getDisksList().stream()
                .map(disk -> DomainLayout.of(disk.getStorageDomain()).savedState(vm.getVmId()))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> CommandFailure.notFound("VM " + vm.getVmId()
                        + " has no saved memory in the storage domains of its disks; start it without resume"));
    }

    boolean savedState(String vmId, StorageDomainRef domain) {
        return Files.isRegularFile(DomainLayout.of(domain).savedState(vmId));
    }

    void save(Domain domain, String vmId, StorageDomainRef where) throws LibvirtException {
        DomainLayout layout = DomainLayout.of(where);
        if (!Files.isDirectory(layout.saved())) {
            throw CommandFailure.notFound(
                    "There is no storage domain in " + layout.root() + ". Check that its file system is mounted");
        }
        // libvirt marks an unfinished file as such and refuses to restore it.
        domain.save(layout.savedState(vmId).toString());
    }

    void deleteSaved(String vmId, StorageDomainRef domain) {
        delete(DomainLayout.of(domain).savedState(vmId));
    }

    private static void delete(Path saved) {
        try {
            Files.deleteIfExists(saved);
        } catch (IOException e) {
            throw CommandFailure.storage("The saved memory " + saved + " could not be deleted: " + e);
        }
    }
}
