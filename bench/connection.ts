import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * A keep-alive connection that sends one request and waits for its answer. It reads no more of an answer than the
 * status and the length, so that the load costs less than what it measures.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #onAnswer: (status: number, start: string) => void;
  #head: Buffer | undefined;
  #missing = 0;
  #status = 0;
  #start = '';

  /** `start` is the first part of the answer, head and all. */
  constructor(url: string, onAnswer: (status: number, start: string) => void, onError: (error: Error) => void) {
    const { hostname, port } = new URL(url);
    this.#onAnswer = onAnswer;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', onError);
    this.#socket.on('end', () => onError(new Error('the server closed the connection')));
  }

  send(request: string): void {
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#missing > 0) {
      this.#missing -= chunk.length;
    } else {
      const all = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk]);
      const end = all.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = all;
        return;
      }
      this.#head = undefined;
      const head = all.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer without its length: ${head}`);
      this.#status = Number(head.slice(9, 12));
      this.#start = this.#status === 200 ? '' : all.toString('utf8');
      this.#missing = Number(length) - (all.length - end - HEAD_END.length);
    }
    if (this.#missing <= 0) this.#onAnswer(this.#status, this.#start);
  }
}
