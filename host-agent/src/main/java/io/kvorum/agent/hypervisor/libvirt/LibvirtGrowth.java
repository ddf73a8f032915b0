package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.GrowVm;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Gives a guest that runs more memory, as a DIMM, and more vCPUs. Domains are transient: nothing of it outlives the guest. */
final class LibvirtGrowth {
    private static final Logger LOG = Logger.getLogger(LibvirtGrowth.class.getName());
    private static final int AFFECT_LIVE = 1;

    private LibvirtGrowth() {}

    static void grow(Domain domain, GrowVm command) throws LibvirtException {
        Optional<Element> dimm = GrowthXml.dimm(definition(domain), command);
        if (dimm.isPresent()) {
            domain.attachDeviceFlags(dimm.get().toString(), AFFECT_LIVE);
            deflate(domain);
        }
        Optional<Integer> vcpus = GrowthXml.vcpus(definition(domain), command);
        if (vcpus.isPresent()) {
            domain.setVcpusFlags(vcpus.get(), AFFECT_LIVE);
        }
    }

    /** The DIMM is there either way: a guest whose balloon does not follow has less of it, and that is no failure. */
    private static void deflate(Domain domain) {
        try {
            Element grown = definition(domain);
            if (GrowthXml.deflatable(grown)) {
                domain.setMemory(GrowthXml.kib(grown, "memory"));
            }
        } catch (LibvirtException e) {
            LOG.log(Level.WARNING, "the balloon of a guest that was given memory was not moved", e);
        }
    }

    private static Element definition(Domain domain) throws LibvirtException {
        return Element.parse(domain.getXMLDesc(0));
    }
}
