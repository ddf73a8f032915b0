import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import type { ScreenProps } from './ConsolePage';

export default function SerialScreen({ url, onConnection, onHandle }: ScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const terminal = new Terminal({
      cursorBlink: true,
      fontFamily: 'monospace',
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(element);
    fit.fit();
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(element);

    const socket = new WebSocket(url, ['binary']);
    socket.binaryType = 'arraybuffer';
    const encoder = new TextEncoder();
    let gone = false;
    socket.onopen = () => {
      onConnection('connected');
      terminal.focus();
    };
    socket.onmessage = (message: MessageEvent<ArrayBuffer>) => terminal.write(new Uint8Array(message.data));
    socket.onclose = () => !gone && onConnection('disconnected');
    terminal.onData((data) => socket.readyState === WebSocket.OPEN && socket.send(encoder.encode(data)));
    onHandle({});
    return () => {
      gone = true;
      resized.disconnect();
      socket.close();
      terminal.dispose();
    };
  }, [url, onConnection, onHandle]);
  return <div ref={place} className="kv-console-screen kv-console-serial" aria-label="Serial console of the VM" />;
}
