import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { changeMessage } from '../../src/http/change.js';
import type { Engine, Webhooks } from '../../src/service/engine.js';
import { createPost, parseRange, type Range, type Resolve } from '../../src/service/post.js';
import type { Worker } from '../../src/worker/loop.js';
import { startWebhooks } from '../../src/worker/webhook.js';

/** A message as it came in. */
export interface Received {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read bodies of every type
  readonly body: any;
}

/** A receiver of webhooks on this machine. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; 204 at first. Null: nothing, for ever. */
  answer: (message: Received) => number | null | ((response: ServerResponse) => void);
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const message = { id: String(request.headers['webhook-id']), path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) as unknown };
      received.push(message);
      const answer = receiver.answer(message);
      if (typeof answer === 'function') answer(response);
      else if (answer !== null) response.writeHead(answer).end();
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    answer: () => 204,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** How a process under test sends: to this machine too, by a time that the test moves. */
export interface TestWebhooks extends Webhooks {
  /** Moves the time by which messages are sent and tried again. */
  later(milliseconds: number): void;
  /** Back to the real time. */
  reset(): void;
}

export function testWebhooks(options: { allow?: readonly string[]; resolve?: Resolve; timeoutMs?: number } = {}): TestWebhooks {
  const allowed = (options.allow ?? ['127.0.0.0/8']).map((text) => parseRange(text) as Range);
  const { resolve, timeoutMs } = options;
  let ahead = 0;
  return {
    post: createPost({ allowed, ...(resolve === undefined ? {} : { resolve }), ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
    now: () => (Date.now() + ahead) as ReturnType<Webhooks['now']>,
    chance: () => 0.5,
    later: (milliseconds) => {
      ahead += milliseconds;
    },
    reset: () => {
      ahead = 0;
    },
  };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** The worker, in a hurry; what it logs as an error is kept. */
export function startSending(engine: Engine, errors: object[] = []): Worker {
  return startWebhooks(engine, { info: () => undefined, error: (facts) => errors.push(facts) }, { bodyOf: changeMessage, restMs: 10 });
}

/** The body of a message whose signature is right under the secret. @throws when it is not. */
export function verified({ text, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(text, headers as Record<string, string>);
}
