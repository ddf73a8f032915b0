package io.kvorum.trials.chaos;

import static io.kvorum.trials.chaos.Scene.seconds;

/** Something that goes wrong, and is put right again by the end of it. */
enum Fault {
    HOST_POWER_LOSS {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("power-off", "host-" + scene.anyHost());
            seconds(12);
        }
    },
    HOST_CUT_OFF {
        @Override
        void happen(Scene scene) throws Exception {
            String host = "host-" + scene.anyHost();
            scene.lab("cut", host);
            seconds(12);
            scene.lab("heal", host);
        }
    },
    HOST_FLAPS {
        @Override
        void happen(Scene scene) throws Exception {
            String host = "host-" + scene.anyHost();
            for (int i = 0; i < 3; i++) {
                scene.lab("cut", host);
                seconds(1 + scene.random().nextInt(3));
                scene.lab("heal", host);
                seconds(2);
            }
        }
    },
    AGENT_KILLED {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("kill-agent", "host-" + scene.anyHost());
            seconds(3);
        }
    },
    LIBVIRTD_KILLED {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("kill-libvirtd", "host-" + scene.anyHost());
            seconds(5);
        }
    },
    QEMU_KILLED {
        @Override
        void happen(Scene scene) throws Exception {
            String vm = scene.anyPrecious();
            int host = scene.cluster().hostOf(vm);
            if (host > 0) {
                scene.lab("kill-guest", "host-" + host, vm);
            }
            seconds(3);
        }
    },
    BMC_SILENT {
        @Override
        void happen(Scene scene) throws Exception {
            String host = "host-" + scene.anyHost();
            scene.lab("bmc-stop", host);
            scene.lab("power-off", host);
            seconds(25);
            scene.lab("bmc-start", host);
        }
    },
    BMC_LATE {
        @Override
        void happen(Scene scene) throws Exception {
            String host = "host-" + scene.anyHost();
            scene.lab("bmc-pause", host);
            scene.lab("cut", host);
            seconds(12);
            scene.lab("bmc-resume", host);
            seconds(10);
            scene.lab("heal", host);
        }
    },
    LEADER_KILLED {
        @Override
        void happen(Scene scene) throws Exception {
            int leader = scene.leader();
            scene.engines().act("kill", leader);
            seconds(8);
            scene.engines().act("start", leader);
        }
    },
    LEADER_PAUSED_60_S {
        @Override
        void happen(Scene scene) throws Exception {
            int leader = scene.leader();
            scene.engines().act("pause", leader);
            seconds(60);
            scene.engines().act("resume", leader);
        }
    },
    LEADER_CUT_FROM_ZOOKEEPER {
        @Override
        void happen(Scene scene) throws Exception {
            cutOff(scene, "zookeeper", 10);
        }
    },
    LEADER_CUT_FROM_POSTGRES {
        @Override
        void happen(Scene scene) throws Exception {
            cutOff(scene, "postgres", 20);
        }
    },
    LEADER_CUT_FROM_A_HOST {
        @Override
        void happen(Scene scene) throws Exception {
            cutOff(scene, "host-" + scene.anyHost(), 15);
        }
    },
    ZOOKEEPER_NODE_KILLED {
        @Override
        void happen(Scene scene) throws Exception {
            String node = Integer.toString(1 + scene.random().nextInt(3));
            scene.lab("zookeeper-kill", node);
            seconds(6);
            scene.lab("zookeeper-start", node);
        }
    },
    POSTGRES_RESTARTED {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("postgres-restart");
            seconds(5);
        }
    },
    MIGRATION_LOSES_SOURCE {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("power-off", "host-" + scene.migrating()[0]);
            seconds(12);
        }
    },
    MIGRATION_LOSES_TARGET {
        @Override
        void happen(Scene scene) throws Exception {
            scene.lab("power-off", "host-" + scene.migrating()[1]);
            seconds(12);
        }
    },
    MIGRATION_LOSES_ENGINE {
        @Override
        void happen(Scene scene) throws Exception {
            scene.migrating();
            int leader = scene.leader();
            scene.engines().act("kill", leader);
            seconds(8);
            scene.engines().act("start", leader);
        }
    };

    private static void cutOff(Scene scene, String what, int seconds) throws Exception {
        int leader = scene.leader();
        scene.engines().cut(leader, what);
        try {
            seconds(seconds);
        } finally {
            scene.engines().heal(leader, what);
        }
    }

    abstract void happen(Scene scene) throws Exception;
}
