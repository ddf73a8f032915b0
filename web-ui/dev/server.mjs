// A fake engine for work on the UI: state in memory, operations that progress, a stream of changes, a console.
// `npm run fake-engine`, then `npm run dev`; or open it itself, since it also serves dist. PORT and VMS set its size.
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { act } from './actions.mjs';
import { record, stream } from './live.mjs';
import { read } from './reads.mjs';
import { seed } from './state.mjs';
import { serveSerial, serveVnc } from './vnc.mjs';

const PORT = Number(process.env.PORT ?? 8080);
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const sessions = new Set();
export const tickets = new Map();

const { hosts } = seed(Number(process.env.VMS ?? 40));
record('info', 'engine.started', 'The engine started and leads');
record('error', 'host.non_responsive', `Host ${hosts[4].name} fell silent`, {
  kind: 'host',
  id: hosts[4].id,
  name: hosts[4].name,
});
record('warning', 'host.maintenance', `Host ${hosts[3].name} is in maintenance`, {
  kind: 'host',
  id: hosts[3].id,
  name: hosts[3].name,
});

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  return (request.headers['content-type'] ?? '').includes('json') && body.length
    ? JSON.parse(body.toString())
    : { length: body.length };
}

function answer(response, status, body, headers = {}) {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function handle(request, response) {
  const url = new URL(request.url, 'http://localhost');
  if (!url.pathname.startsWith('/api/v1/')) return serveFile(url.pathname, response);
  const path = url.pathname.slice('/api/v1'.length);
  const session = /kvorum_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (path === '/session' && request.method === 'POST') {
    const { username, password } = await bodyOf(request);
    if (password !== 'admin') return answer(response, 401, { title: 'Wrong user name or password', status: 401 });
    const id = randomUUID();
    sessions.add(id);
    const cookie = `kvorum_session=${id}; HttpOnly; SameSite=Strict; Path=/`;
    return answer(
      response,
      200,
      { username, expiresAt: new Date(Date.now() + 8 * 3_600_000).toISOString() },
      { 'Set-Cookie': cookie },
    );
  }
  if (!sessions.has(session)) return answer(response, 401, { title: 'Not logged in', status: 401 });
  if (path === '/session' && request.method === 'DELETE') {
    sessions.delete(session);
    return answer(response, 204);
  }
  if (path === '/changes') return stream(request, response);
  if (request.method === 'GET') {
    const found = read(path, url.searchParams);
    return found
      ? answer(response, 200, found)
      : answer(response, 404, { title: 'Not found', status: 404, detail: `There is no ${path}` });
  }
  if (request.headers['x-kvorum-request'] !== '1')
    return answer(response, 403, { title: 'Not sent by the UI', status: 403 });
  const { status, body } = act(request.method, path, await bodyOf(request), url.searchParams, tickets);
  return answer(response, status, body);
}

function serveFile(path, response) {
  const wanted = normalize(join(DIST, path));
  const file = wanted.startsWith(DIST) && extname(wanted) && existsSync(wanted) ? wanted : join(DIST, 'index.html');
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy':
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'",
  });
  createReadStream(file).pipe(response);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) =>
    answer(response, 500, { title: 'The fake engine failed', status: 500, detail: error.stack }),
  );
});
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'binary' });
server.on('upgrade', (request, socket, head) => {
  const kind = tickets.get(request.url.split('/').at(-1));
  if (!kind || !tickets.delete(request.url.split('/').at(-1))) return socket.destroy();
  return sockets.handleUpgrade(request, socket, head, kind === 'serial' ? serveSerial : serveVnc);
});
server.listen(PORT, () => console.log(`The fake engine listens at http://localhost:${PORT} (admin / admin)`));
