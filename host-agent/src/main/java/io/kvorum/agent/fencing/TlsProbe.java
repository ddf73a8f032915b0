package io.kvorum.agent.fencing;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.service.HostDirectory;
import io.kvorum.proto.agent.v1.ProbeAnswer;
import io.kvorum.proto.agent.v1.ProbeHost;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Connects to the other agent's port and shakes hands over TLS, so that it has to prove with its certificate which host
 * it is. A kernel that still accepts, or refuses, connections shows that the machine runs, and no more.
 */
public final class TlsProbe implements HostProbe {
    private final EngineTrust trust;

    public TlsProbe(EngineTrust trust) {
        this.trust = trust;
    }

    @Override
    public ProbeAnswer probe(ProbeHost command, CommandContext context) {
        String name = command.getHostId() + HostDirectory.SUFFIX;
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(command.getAddress(), command.getPort()), left(context));
            SSLSocketFactory factory = trust.hosts().getSocketFactory();
            try (SSLSocket secured = (SSLSocket) factory.createSocket(plain, name, command.getPort(), true)) {
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secured.setSSLParameters(parameters);
                secured.setSoTimeout(left(context));
                secured.startHandshake();
                return ProbeAnswer.PROBE_ANSWER_REACHABLE;
            } catch (SocketTimeoutException e) {
                return ProbeAnswer.PROBE_ANSWER_REFUSED;
            }
        } catch (ConnectException | SSLException e) {
            return ProbeAnswer.PROBE_ANSWER_REFUSED;
        } catch (SocketTimeoutException e) {
            return ProbeAnswer.PROBE_ANSWER_NO_ANSWER;
        } catch (IOException e) {
            // No route, no such name, a connection that broke: nobody who could have proved anything.
            return ProbeAnswer.PROBE_ANSWER_NO_ANSWER;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    private static int left(CommandContext context) {
        return (int) Math.clamp(context.remaining().toMillis(), 1, 60_000);
    }
}
