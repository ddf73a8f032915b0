package io.kvorum.trials.chaos;

import static io.kvorum.trials.chaos.Scene.seconds;

/** Something that goes wrong, and is put right again by the end of it. */
enum Fault {
    HOST_POWER_LOSS(scene -> losePower(scene, scene.anyHost())),
    HOST_CUT_OFF(scene -> cutHost(scene, "host-" + scene.anyHost(), 12)),
    HOST_FLAPS(scene -> {
        String host = "host-" + scene.anyHost();
        for (int i = 0; i < 3; i++) {
            cutHost(scene, host, 1 + scene.random().nextInt(3));
            seconds(2);
        }
    }),
    AGENT_KILLED(scene -> {
        scene.lab("kill-agent", "host-" + scene.anyHost());
        seconds(3);
    }),
    LIBVIRTD_KILLED(scene -> {
        scene.lab("kill-libvirtd", "host-" + scene.anyHost());
        seconds(5);
    }),
    QEMU_KILLED(scene -> {
        String vm = scene.anyPrecious();
        int host = scene.cluster().hostOf(vm);
        if (host > 0) {
            scene.lab("kill-guest", "host-" + host, vm);
        }
        seconds(3);
    }),
    BMC_SILENT(scene -> {
        String host = "host-" + scene.anyHost();
        scene.lab("bmc-stop", host);
        scene.lab("power-off", host);
        seconds(25);
        scene.lab("bmc-start", host);
    }),
    BMC_LATE(scene -> {
        String host = "host-" + scene.anyHost();
        scene.lab("bmc-pause", host);
        scene.lab("cut", host);
        seconds(12);
        scene.lab("bmc-resume", host);
        seconds(10);
        scene.lab("heal", host);
    }),
    LEADER_KILLED(Fault::killLeader),
    LEADER_PAUSED_60_S(scene -> {
        int leader = scene.leader();
        scene.engines().act("pause", leader);
        seconds(60);
        scene.engines().act("resume", leader);
    }),
    LEADER_CUT_FROM_ZOOKEEPER(scene -> cutLeader(scene, "zookeeper", 10)),
    LEADER_CUT_FROM_POSTGRES(scene -> cutLeader(scene, "postgres", 20)),
    LEADER_CUT_FROM_A_HOST(scene -> cutLeader(scene, "host-" + scene.anyHost(), 15)),
    ZOOKEEPER_NODE_KILLED(scene -> {
        String node = Integer.toString(1 + scene.random().nextInt(3));
        scene.lab("zookeeper-kill", node);
        seconds(6);
        scene.lab("zookeeper-start", node);
    }),
    POSTGRES_RESTARTED(scene -> {
        scene.lab("postgres-restart");
        seconds(5);
    }),
    STORAGE_OF_A_HOST_STALLS(scene -> loseStorage(scene, 10)),
    /** Longer than the lab's leases last, 16 s: guests that have one are ended there, and run elsewhere. */
    STORAGE_OF_A_HOST_GONE(scene -> loseStorage(scene, 40)),
    MIGRATION_LOSES_SOURCE(scene -> losePower(scene, scene.migrating()[0])),
    MIGRATION_LOSES_TARGET(scene -> losePower(scene, scene.migrating()[1])),
    MIGRATION_LOSES_ENGINE(scene -> {
        scene.migrating();
        killLeader(scene);
    });

    /** What happens, from its beginning to its being put right. */
    private interface Story {
        void happen(Scene scene) throws Exception;
    }

    private final Story story;

    Fault(Story story) {
        this.story = story;
    }

    void happen(Scene scene) throws Exception {
        story.happen(scene);
    }

    /** The fence switches it on again. */
    private static void losePower(Scene scene, int host) throws Exception {
        scene.lab("power-off", "host-" + host);
        seconds(12);
    }

    private static void cutHost(Scene scene, String host, int seconds) throws Exception {
        scene.lab("cut", host);
        seconds(seconds);
        scene.lab("heal", host);
    }

    private static void loseStorage(Scene scene, int seconds) throws Exception {
        String host = "host-" + scene.anyHost();
        scene.lab("storage-gone", host);
        seconds(seconds);
        // A fence may have switched the host off and on meanwhile, and its storage is there then.
        scene.lab("storage-back", host);
    }

    private static void killLeader(Scene scene) throws Exception {
        int leader = scene.leader();
        scene.engines().act("kill", leader);
        seconds(8);
        scene.engines().act("start", leader);
    }

    private static void cutLeader(Scene scene, String what, int seconds) throws Exception {
        int leader = scene.leader();
        scene.engines().cut(leader, what);
        try {
            seconds(seconds);
        } finally {
            scene.engines().heal(leader, what);
        }
    }
}
