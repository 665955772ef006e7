/** An event as it came; `data` is parsed. Comments come as `comment`. */
export interface Received {
  readonly event: string;
  readonly id: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read data of every shape
  readonly data: any;
}

/** A stream as a client meets it: over a real connection, read as it comes. */
export interface OpenStream {
  readonly response: Response;
  /** The next event, or an error when none comes in time. `comment` events are left out unless asked for. */
  next(options?: { withComments?: boolean }): Promise<Received>;
  /** Waits for the end, and gives what still came. */
  rest(): Promise<Received[]>;
  close(): void;
}

const PATIENCE_MS = 20_000;

/** Opens a stream; `lastEventId` goes into the header. */
export async function openStream(url: string, options: { key: string; lastEventId?: string | undefined }): Promise<OpenStream> {
  const ending = new AbortController();
  const headers: Record<string, string> = { authorization: `Bearer ${options.key}` };
  if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
  const response = await fetch(url, { headers, signal: ending.signal });
  const received = eventsIn(response);
  const pull = async (): Promise<Received | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no event came')), PATIENCE_MS);
    });
    const one = await Promise.race([received.next(), late]).finally(() => clearTimeout(timer));
    return one.done === true ? undefined : one.value;
  };
  return {
    response,
    next: async ({ withComments = false } = {}) => {
      for (;;) {
        const one = await pull();
        if (one === undefined) throw new Error('the stream has ended');
        if (withComments || one.event !== 'comment') return one;
      }
    },
    rest: async () => {
      const all: Received[] = [];
      for (let one = await pull(); one !== undefined; one = await pull()) if (one.event !== 'comment') all.push(one);
      return all;
    },
    close: () => ending.abort(),
  };
}

async function* eventsIn(response: Response): AsyncGenerator<Received, void, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks.map(receivedFrom);
  }
}

function receivedFrom(block: string): Received {
  const lines = block.split('\n');
  const field = (name: string): string | null => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const data = field('data');
  if (data === null) return { event: 'comment', id: field('id'), data: block };
  return { event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) };
}
