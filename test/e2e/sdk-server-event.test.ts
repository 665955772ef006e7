import { describe, expect, it } from 'vitest';
import { EventReader, type StreamMemory } from '../../sdk/src/server-event.js';

function reading(memory: StreamMemory = { lastEventId: undefined, retryMs: 1_000 }): { read: (text: string) => unknown[]; memory: StreamMemory } {
  const reader = new EventReader(memory);
  return { read: (text) => reader.read(new TextEncoder().encode(text)), memory };
}

describe('server-sent events', () => {
  it('are read as they come, however they are cut, with any line end', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['event: state', 'id: 1', 'data: {"a":"é"}', '', ': a comment', '', 'data: one', 'data:two', '', ''].join(end);
      const expected = [{ id: '1', event: 'state', data: '{"a":"é"}' }, { id: '1', event: 'message', data: 'one\ntwo' }];
      expect(reading().read(`${text}\n`), JSON.stringify(end)).toEqual(expected);
      const bytes = new TextEncoder().encode(`${text}\n`);
      const reader = new EventReader({ lastEventId: undefined, retryMs: 0 });
      expect([...bytes].flatMap((byte) => reader.read(Uint8Array.of(byte))), JSON.stringify(end)).toEqual(expected);
    }
  });

  it('have each its own id, though several come at once', () => {
    expect(reading().read('id: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: c\n\n')).toEqual([
      { id: '1', event: 'message', data: 'a' },
      { id: '2', event: 'message', data: 'b' },
      { id: '2', event: 'message', data: 'c' },
    ]);
  });

  it('leave the last id as it was when one is cut off: it has to come again', () => {
    const { read, memory } = reading();
    read('id: 1\ndata: a\n\nid: 2\ndata: b\n');
    expect(memory.lastEventId).toBe('1');
  });

  it('may be an id alone, which is remembered and told to nobody, and say how long to wait', () => {
    const { read, memory } = reading({ lastEventId: '7', retryMs: 1_000 });
    expect(read('retry: 250\nretry: soon\n\n')).toEqual([]);
    expect(memory).toEqual({ lastEventId: '7', retryMs: 250 });
    expect(read('id: 8\n\n')).toEqual([]);
    expect(memory.lastEventId).toBe('8');
  });
});
