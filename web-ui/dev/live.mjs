// The stream of changes, events, and operations that go on step by step.
import { add, collections, events } from './state.mjs';

const streams = new Set();
let lastEvent = 0;

export function stream(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': hello\n\n');
  streams.add(response);
  request.on('close', () => streams.delete(response));
}

setInterval(() => send(': heartbeat\n\n'), 10_000).unref();

function send(text) {
  for (const response of streams) response.write(text);
}

export function changed(kind, object, deleted = false) {
  object.revision = (object.revision ?? 0) + 1;
  object.updatedAt = new Date().toISOString();
  send(`event: change\ndata: ${JSON.stringify({ kind, id: object.id, revision: object.revision, deleted })}\n\n`);
}

export function record(severity, code, message, subject = null, operationId = null) {
  lastEvent += 1;
  const event = {
    id: lastEvent,
    time: new Date().toISOString(),
    severity,
    code,
    message,
    subject,
    operationId,
    actor: 'admin',
  };
  events.unshift(event);
  send(`event: event\ndata: ${JSON.stringify(event)}\n\n`);
}

/** Starts an operation of named steps; `work` is called once they are through and may throw a problem. */
export function operate(type, subject, steps, work, more = {}) {
  const operation = add('operations', {
    type,
    subject,
    requestedBy: 'admin',
    state: 'running',
    progressPercent: 0,
    summary: null,
    problem: null,
    explanation: null,
    parentId: null,
    steps: steps.map((name) => ({
      name,
      state: 'planned',
      hostId: null,
      detail: null,
      startedAt: null,
      endedAt: null,
    })),
    startedAt: new Date().toISOString(),
    endedAt: null,
    ...more,
  });
  let ticks = 0;
  const perStep = 4;
  const timer = setInterval(() => {
    if (operation.state !== 'running') return clearInterval(timer);
    const time = new Date().toISOString();
    const step = operation.steps[Math.floor(ticks / perStep)];
    if (step) {
      if (ticks % perStep === 0) Object.assign(step, { state: 'running', startedAt: time });
      if (ticks % perStep === perStep - 1) Object.assign(step, { state: 'done', endedAt: time });
      ticks += 1;
      operation.progressPercent = Math.round((ticks / (perStep * operation.steps.length)) * 100);
    } else {
      clearInterval(timer);
      finish(operation, work);
    }
    changed('operation', operation);
    return undefined;
  }, 150);
  changed('operation', operation);
  return operation;
}

function finish(operation, work) {
  operation.endedAt = new Date().toISOString();
  try {
    operation.summary = work();
    operation.state = 'succeeded';
    record('info', `${operation.subject.kind}.${operation.type}`, operation.summary, operation.subject, operation.id);
  } catch (error) {
    operation.state = 'failed';
    operation.problem = { type: 'about:blank', title: 'The operation failed', status: 500, detail: error.message };
    record('error', `${operation.type}.failed`, error.message, operation.subject, operation.id);
  }
}

export function cancel(id) {
  const operation = collections.operations.get(id);
  if (operation?.state === 'running') {
    Object.assign(operation, { state: 'cancelled', endedAt: new Date().toISOString(), summary: 'Cancelled by admin' });
    changed('operation', operation);
  }
  return operation;
}
