export function openConsole(vmId: string, kind: 'vnc' | 'serial' = 'vnc'): void {
  window.open(`/console/${vmId}?kind=${kind}`, `console-${kind}-${vmId}`, 'popup,width=1060,height=840');
}
