declare module '@novnc/novnc' {
  interface Options {
    credentials?: { password?: string };
    wsProtocols?: string[];
  }
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, url: string, options?: Options);
    scaleViewport: boolean;
    background: string;
    sendCtrlAltDel(): void;
    disconnect(): void;
    focus(): void;
  }
}
