/** What units of the scheduler are called on screen; the API's names are oVirt's, and stand in titles. */
const NAMES: Record<string, string> = {
  OptimalForCpuEvenDistribution: 'CPU, spread',
  OptimalForMemoryEvenDistribution: 'Memory, spread',
  OptimalForCpuPowerSaving: 'CPU, packed',
  OptimalForMemoryPowerSaving: 'Memory, packed',
  OptimalForEvenGuestDistribution: 'Number of VMs',
  OptimalForHaReservation: 'Highly available VMs, spread',
  'Fit VM to single host NUMA node': 'Fits one NUMA node',
  RoomForGroups: 'Room for groups',
  PreferredHosts: 'Preferred host',
  VmAffinityGroups: 'Affinity between VMs',
  VmToHostsAffinityGroups: 'Affinity to hosts',
  Label: 'Affinity labels',
  HostUp: 'Host is up',
  HostFree: 'Host is free',
  ClusterInMaintenance: 'Cluster in maintenance',
  GuestLimit: 'Limit of VMs',
  NotTriedAlready: 'Not tried already',
  RequestedHost: 'Requested host',
  PinToHost: 'Pinned to hosts',
  CpuPinning: 'CPUs of its own',
  'CPU-Level': 'CPU model',
  'Emulated-Machine': 'Machine type',
  CPUOverloaded: 'CPU not overloaded',
};

export const unitName = (unit: string): string => NAMES[unit] ?? unit;
