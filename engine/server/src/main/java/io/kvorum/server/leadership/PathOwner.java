package io.kvorum.server.leadership;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** A path in ZooKeeper belongs to the installation that used it first. */
final class PathOwner {

    private PathOwner() {}

    /**
     * Claims the path.
     *
     * @param fingerprint the installation's name for itself
     * @return the other installation that owns the path; empty if it is this one
     */
    static Optional<String> claim(CuratorFramework curator, String path, String fingerprint) throws Exception {
        String node = path + "/installation";
        try {
            curator.create().creatingParentsIfNeeded().forPath(node, fingerprint.getBytes(StandardCharsets.US_ASCII));
            return Optional.empty();
        } catch (KeeperException.NodeExistsException e) {
            String owner = new String(curator.getData().forPath(node), StandardCharsets.US_ASCII);
            return owner.equals(fingerprint) ? Optional.empty() : Optional.of(owner);
        }
    }
}
