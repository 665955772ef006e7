/** One server-sent event (WHATWG HTML section 9.2.6). */
export interface ServerEvent {
  /** The last that was sent, with this event or before it; empty when there was none. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** What a stream has said that holds for the next connection too. */
export interface StreamMemory {
  lastEventId: string | undefined;
  retryMs: number;
}

/** Reads events out of a text that comes in parts, whatever the line ends, and keeps ids and waits in `memory`. */
export class EventReader {
  readonly #memory: StreamMemory;
  readonly #decoder = new TextDecoder();
  #text = '';
  #event = '';
  #data: string[] = [];
  #id: string | undefined;

  constructor(memory: StreamMemory) {
    this.#memory = memory;
  }

  /** The events that these bytes complete. */
  read(bytes: Uint8Array): ServerEvent[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#text.split(/\r\n|\n|\r(?!$)/);
    this.#text = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerEvent[] {
    if (line === '') return this.#end();
    const [, name = line, value = ''] = /^([^:]*): ?([\s\S]*)$/.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && /^\d+$/.test(value)) this.#memory.retryMs = Number(value);
    return [];
  }

  #end(): ServerEvent[] {
    // An id counts once its event is whole: one that was cut off has to come again.
    this.#memory.lastEventId = this.#id ?? this.#memory.lastEventId;
    const event = { id: this.#memory.lastEventId ?? '', event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
