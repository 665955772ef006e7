import type { FastifyInstance } from 'fastify';

/** What a server tells the bench once it listens. */
export interface Listening {
  readonly url: string;
  /** A secret key, where the server asks for one. */
  readonly key: string;
}

/** The first argument, as startChild gives it. */
export function childInput<Input>(): Input {
  return JSON.parse(process.argv[2] ?? 'null') as Input;
}

/** Sends the parent a message. */
export function tell(message: unknown): void {
  process.send?.(message);
}

/** Listens on a free port until the parent stops this process or is gone. */
export async function listen(app: FastifyInstance, options: { key?: string; close?: () => Promise<void> } = {}): Promise<void> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const end = (): void => {
    void app
      .close()
      .then(options.close)
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('disconnect', end);
  const listening: Listening = { url, key: options.key ?? '' };
  tell(listening);
}
