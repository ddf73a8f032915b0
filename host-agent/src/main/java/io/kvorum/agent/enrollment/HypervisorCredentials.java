package io.kvorum.agent.enrollment;

import io.kvorum.agent.files.AtomicFile;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Key and certificate of libvirt and QEMU, for both directions of a migration.
 *
 * @param keyPem never logged
 */
public record HypervisorCredentials(String keyPem, String certificatePem, String caPem) {
    private static final Logger LOG = Logger.getLogger(HypervisorCredentials.class.getName());

    /** Writes the files where libvirt and QEMU look for them, each as a whole. */
    public void install(Path pki) throws IOException {
        Path libvirt = pki.resolve("libvirt");
        Path qemu = pki.resolve("qemu");
        for (String file : List.of("private/serverkey.pem", "private/clientkey.pem")) {
            AtomicFile.write(libvirt.resolve(file), keyPem, "rw-------");
        }
        for (String file : List.of("server-key.pem", "client-key.pem")) {
            AtomicFile.write(qemu.resolve(file), keyPem, "rw-------");
            shareWithQemu(qemu.resolve(file));
        }
        for (Path file : List.of(
                libvirt.resolve("servercert.pem"),
                libvirt.resolve("clientcert.pem"),
                qemu.resolve("server-cert.pem"),
                qemu.resolve("client-cert.pem"))) {
            AtomicFile.write(file, certificatePem, "rw-r--r--");
        }
        AtomicFile.write(pki.resolve("CA/cacert.pem"), caPem, "rw-r--r--");
        AtomicFile.write(qemu.resolve("ca-cert.pem"), caPem, "rw-r--r--");
    }

    /**
     * Tells libvirtd to read them. One that does not listen yet is no error: it reads them when it begins to.
     *
     * @param unheard how loud to say that libvirtd did not take them
     */
    public static void reload(List<String> command, Duration limit, Level unheard) {
        if (command.isEmpty()) {
            return;
        }
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                LOG.log(
                        unheard,
                        "libvirtd did not load its new certificates within " + limit.toSeconds() + " s; restart it");
            } else if (process.exitValue() != 0) {
                LOG.log(
                        unheard,
                        "libvirtd did not load its new certificates (" + command.getFirst() + " ended with "
                                + process.exitValue() + "); it does when it starts with --listen");
            }
        } catch (IOException e) {
            LOG.log(unheard, "libvirtd was not told of its new certificates: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** QEMU runs under its own user on most systems; its group may read the key. */
    private static void shareWithQemu(Path key) throws IOException {
        for (String group : List.of("libvirt-qemu", "qemu")) {
            try {
                GroupPrincipal principal =
                        FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
                PosixFileAttributeView view = Files.getFileAttributeView(key, PosixFileAttributeView.class);
                view.setGroup(principal);
                view.setPermissions(java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));
                return;
            } catch (java.nio.file.attribute.UserPrincipalNotFoundException e) {
                // The other name, then.
            }
        }
    }

    @Override
    public String toString() {
        return "HypervisorCredentials";
    }
}
