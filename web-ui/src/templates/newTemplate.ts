import type { Hardware } from '../api/types';

/** The hardware of a template made from an image, before a person changes it. */
export function imageHardware(cpus: number, memoryMiB: number, firmware: string): Hardware {
  const memoryBytes = memoryMiB * 2 ** 20;
  return {
    sockets: 1,
    coresPerSocket: cpus,
    threadsPerCore: 1,
    memoryBytes,
    guaranteedMemoryBytes: memoryBytes,
    firmware,
    cpuMode: 'host_model',
    tpm: false,
    rng: true,
    graphics: true,
    guestAgent: true,
  } as Hardware;
}
