import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A signal that fires when the server begins to stop, before it waits for the requests under way. */
export function closingOf(app: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  // As many listen as requests wait.
  setMaxListeners(0, closing.signal);
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('preClose', (done) => {
    closing.abort();
    // Clients open connections to spare. Node does not count one as idle that was never used, and would wait for it.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
  return closing.signal;
}

/**
 * Fires when the answer is sent, when nobody is there any more to take it, or when the server stops. The
 * answer is then the last on its connection: one kept alive would keep the server from stopping.
 */
export function endingOf(reply: FastifyReply, closing: AbortSignal): AbortController {
  const ending = new AbortController();
  const end = (): void => {
    closing.removeEventListener('abort', stop);
    reply.raw.off('close', end);
    ending.abort();
  };
  const stop = (): void => {
    if (!reply.raw.headersSent) void reply.header('connection', 'close');
    end();
  };
  closing.addEventListener('abort', stop, { once: true });
  reply.raw.once('close', end);
  if (closing.aborted) stop();
  return ending;
}
