// A VNC server of one still picture, and a serial line that echoes: enough for the console to show something.
import { randomBytes } from 'node:crypto';

const WIDTH = 640;
const HEIGHT = 400;

function picture() {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      pixels.writeUInt32LE(((x * 255) / WIDTH) | (((y * 255) / HEIGHT) << 8) | (0x60 << 16), (y * WIDTH + x) * 4);
    }
  }
  return pixels;
}

function serverInit() {
  const name = Buffer.from('fake');
  const init = Buffer.alloc(24);
  init.writeUInt16BE(WIDTH, 0);
  init.writeUInt16BE(HEIGHT, 2);
  init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16], 4);
  init.writeUInt32BE(name.length, 20);
  return Buffer.concat([init, name]);
}

function update() {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(WIDTH, 8);
  head.writeUInt16BE(HEIGHT, 10);
  return Buffer.concat([head, picture()]);
}

export function serveVnc(socket) {
  let step = 'version';
  let drawn = false;
  socket.send(Buffer.from('RFB 003.008\n'));
  socket.on('message', (message) => {
    if (step === 'version') {
      step = 'security';
      socket.send(Buffer.from([1, 2]));
    } else if (step === 'security') {
      step = 'password';
      socket.send(randomBytes(16));
    } else if (step === 'password') {
      step = 'init';
      socket.send(Buffer.from([0, 0, 0, 0]));
    } else if (step === 'init') {
      step = 'open';
      socket.send(serverInit());
    } else if (!drawn && Buffer.from(message).includes(3)) {
      drawn = true;
      socket.send(update());
    }
  });
}

export function serveSerial(socket) {
  socket.send(Buffer.from('\r\nDebian GNU/Linux 12 web-01 ttyS0\r\n\r\nweb-01 login: '));
  socket.on('message', (message) => socket.send(Buffer.from(message)));
}
