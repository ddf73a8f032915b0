import RFB from '@novnc/novnc';
import { useEffect, useRef } from 'react';
import type { ScreenProps } from './ConsolePage';

export default function VncScreen({ ticket, url, onConnection, onHandle }: ScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const rfb = new RFB(element, url, {
      wsProtocols: ['binary'],
      credentials: ticket.password ? { password: ticket.password } : {},
    });
    rfb.scaleViewport = true;
    rfb.background = '#000';
    let gone = false;
    rfb.addEventListener('connect', () => {
      onConnection('connected');
      rfb.focus();
    });
    rfb.addEventListener('disconnect', () => !gone && onConnection('disconnected'));
    onHandle({ sendCtrlAltDel: () => rfb.sendCtrlAltDel() });
    return () => {
      gone = true;
      rfb.disconnect();
    };
  }, [ticket, url, onConnection, onHandle]);
  return <div ref={place} className="kv-console-screen" aria-label="Screen of the VM" />;
}
