import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createCustomer, updateCustomer } from '../../src/service/customer.js';
import { inUnit, type Engine, type Unit } from '../../src/service/engine.js';
import type { FeedPace, FeedPosition } from '../../src/service/feed.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { waitForRevision } from '../../src/service/revision.js';
import { followChanges, followCustomer, type ChangeNews, type CustomerNews } from '../../src/service/stream.js';
import { isOverloaded } from '../../src/service/weather.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { statement } from '../../src/store/statement.js';
import { TestClock } from '../support/app.js';
import { at } from '../support/core.js';
import { freshDatabase } from '../support/postgres.js';

const engines: Engine[] = [];
const endings: AbortController[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) ending.abort();
  for (const engine of engines.splice(0)) await closeEngine(engine);
});

async function open(url: string, feedPace: Partial<FeedPace> = {}): Promise<Engine> {
  const database = await openPostgres(url);
  await migrate(database);
  const engine = await openEngine({ database, provider: sandboxProvider, clock: new TestClock(at('2026-04-01T00:00:00Z')), feedPace });
  engines.push(engine);
  return engine;
}

async function makeCustomer(engine: Engine, externalId: string): Promise<string> {
  return (await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId }))).customer.id;
}

const rename = (engine: Engine, customerId: string, name: string): Promise<unknown> => inUnit(engine, (unit) => updateCustomer(unit, customerId, { name }));

/** A transaction that has made its change and is not committed until it is told to. */
async function heldRename(engine: Engine, customerId: string, name: string): Promise<() => Promise<void>> {
  let commit: () => void = () => undefined;
  let made: () => void = () => undefined;
  const held = new Promise<void>((resolve) => { commit = resolve; });
  const isMade = new Promise<void>((resolve) => { made = resolve; });
  const transaction = inUnit(engine, async (unit: Unit) => {
    await updateCustomer(unit, customerId, { name });
    made();
    await held;
  });
  await Promise.race([isMade, transaction]);
  return async () => {
    commit();
    await transaction;
  };
}

interface Follower<News> {
  next(): Promise<News>;
  end(): void;
}

/** News but for quiet ones. */
function follower<News extends { readonly type: string }>(news: AsyncGenerator<News, void, undefined>, ending: AbortController): Follower<News> {
  return {
    next: async () => {
      for (;;) {
        const one = await news.next();
        if (one.done === true) throw new Error('the stream has ended');
        if (one.value.type !== 'quiet') return one.value;
      }
    },
    end: () => ending.abort(),
  };
}

function terms() {
  const ending = new AbortController();
  endings.push(ending);
  return { ending, quietMs: 1_000, signal: ending.signal };
}

async function followOne(engine: Engine, customerId: string): Promise<Follower<CustomerNews>> {
  const { ending, ...rest } = terms();
  return follower(await followCustomer(engine, customerId, { ...rest, known: undefined }), ending);
}

async function followAll(engine: Engine, after?: FeedPosition): Promise<Follower<ChangeNews>> {
  const { ending, ...rest } = terms();
  return follower(await followChanges(engine, { ...rest, after }), ending);
}

const nameIn = (news: CustomerNews): string | null => (news.type === 'state' ? news.read.derived.customer.name : news.type);

/** External ids in the order told, so many at least, and where the last one stands. */
async function toldOf(stream: Follower<ChangeNews>, count: number): Promise<{ names: Array<string | null>; position: FeedPosition }> {
  const names: Array<string | null> = [];
  let position: FeedPosition = { xid: 0n, seq: 0n };
  while (names.length < count) {
    const news = await stream.next();
    if (news.type !== 'part') continue;
    if (news.part.isReset) names.push('reset');
    names.push(...news.part.changes.map(({ externalId }) => externalId));
    position = news.part.to;
  }
  return { names, position };
}

describe('live streams of several processes on one PostgreSQL', () => {
  it('tell what another process did', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const id = await makeCustomer(writer, 'acme');
    const [one, all] = [await followOne(reader, id), await followAll(reader)];
    expect(nameIn(await one.next())).toBeNull();
    await rename(writer, id, 'Acme');

    expect(nameIn(await one.next())).toBe('Acme');
    expect((await toldOf(all, 1)).names).toEqual(['acme']);
  });

  it('wait for the revision that another process makes', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const id = await makeCustomer(writer, 'acme');
    const waiting = waitForRevision(reader, id, { revision: 1, waitMs: 20_000, signal: terms().signal });
    await pause(50);
    await rename(writer, id, 'Acme');
    await waiting;
  });

  it('tell changes in one order for everybody, though they are committed in another', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const [early, late] = [await makeCustomer(writer, 'early'), await makeCustomer(writer, 'late')];
    const live = await followAll(reader);
    const begin = await live.next();
    const commitEarly = await heldRename(writer, early, 'changed first, committed last');
    await rename(writer, late, 'changed last, committed first');
    // Told now, the late one would be the last id of a client for whom the early one then never comes.
    const told = toldOf(live, 2);
    expect(await Promise.race([told, pause(700, 'nothing')])).toBe('nothing');
    await commitEarly();

    expect((await told).names).toEqual(['early', 'late']);
    const again = await followAll(writer, begin.type === 'position' ? begin.position : undefined);
    expect((await toldOf(again, 2)).names).toEqual(['early', 'late']);
  });

  it('begin only when no change can be missed that is under way', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const id = await makeCustomer(writer, 'acme');
    const commit = await heldRename(writer, id, 'Acme');
    const joining = followOne(reader, id);
    expect(await Promise.race([joining, pause(300, 'waits')])).toBe('waits');
    await commit();

    expect(nameIn(await (await joining).next())).toBe('Acme');
  });

  it('ask to come back when long transactions keep the feed from beginning', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const id = await makeCustomer(writer, 'acme');
    const commit = await heldRename(writer, id, 'Acme');
    const refused = await followOne(reader, id).then(() => undefined, (error: unknown) => error);
    expect(isOverloaded(refused)).toBe(true);
    for (const ending of endings.splice(0)) ending.abort();
    await commit();

    expect(reader.feed.streams).toBe(0);
    expect(nameIn(await (await followOne(reader, id)).next())).toBe('Acme');
  });

  it('tell every revision once to whoever hears of all, whichever process made it', async () => {
    const url = await freshDatabase();
    const pace = { pollMs: 20, restMs: 1 };
    const [left, right, reader] = [await open(url, pace), await open(url, pace), await open(url, pace)];
    const ids = await Promise.all(Array.from({ length: 8 }, (_, index) => makeCustomer(left, `c${index}`)));
    const all = await followAll(reader);
    const rounds = 25;
    const write = async (engine: Engine, id: string): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) await rename(engine, id, `name ${round}`);
    };
    const writing = Promise.all(ids.flatMap((id) => [write(left, id), write(right, id)]));
    const told = (await toldOf(all, ids.length * rounds * 2)).names;
    await writing;

    const counts = ids.map((_, index) => told.filter((name) => name === `c${index}`).length);
    expect(counts).toEqual(ids.map(() => rounds * 2));
  });

  const endListening = statement('test_end_listening_all', `update stream_listeners set listens_until = now() - interval '1 second'`);

  it('begin anew when a process was away for so long that changes were not recorded', async () => {
    const url = await freshDatabase();
    const writer = await open(url);
    const reader = await open(url, { upkeepMs: 600 });
    const id = await makeCustomer(writer, 'acme');
    const [one, all] = [await followOne(reader, id), await followAll(reader)];
    await one.next();
    await all.next();
    await writer.database.rows(endListening, []);
    await rename(writer, id, 'unheard');

    expect(nameIn(await one.next())).toBe('unheard');
    expect((await toldOf(all, 1)).names).toEqual(['reset']);
    await rename(writer, id, 'heard again');
    expect(nameIn(await one.next())).toBe('heard again');
    expect((await toldOf(all, 1)).names).toEqual(['acme']);
  });

  const takeNumber = statement('test_take_number', 'select pg_current_xact_id()::text as xid');

  it('begin anew even when a transaction runs on from before the first beginning, so that the horizon has not moved', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    const id = await makeCustomer(writer, 'acme');
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => { end = resolve; });
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => { begun = resolve; });
    const long = writer.database.transaction(async (transaction) => {
      await transaction.rows(takeNumber, []);
      begun();
      await ended;
    });
    await hasBegun;
    const first = await (await followAll(reader)).next();
    for (const ending of endings.splice(0)) ending.abort();
    await writer.database.rows(endListening, []);
    await rename(writer, id, 'unheard');
    const back = await followAll(reader, first.type === 'position' ? first.position : undefined);

    expect((await toldOf(back, 1)).names).toEqual(['reset']);
    end();
    await long;
  });

  const countFeed = statement('test_count_feed_rows', 'select count(*) as rows from change_feed');

  it('keep what was told for a while, then let it go and send who asks for it to begin anew', async () => {
    const url = await freshDatabase();
    const engine = await open(url, { upkeepMs: 100, keptMs: 400, lingerMs: 900 });
    const id = await makeCustomer(engine, 'acme');
    const all = await followAll(engine);
    await rename(engine, id, 'one');
    const { position } = await toldOf(all, 1);
    await rename(engine, id, 'two');
    const back = await followAll(engine, position);
    expect((await toldOf(back, 1)).names).toEqual(['acme']);
    await rename(engine, id, 'three');
    for (const ending of endings.splice(0)) ending.abort();
    const rows = async (): Promise<number> => Number((await engine.database.rows<{ rows: string }>(countFeed, []))[0]?.rows);
    expect(await rows()).toBeGreaterThan(0);
    // Without streams too: nobody else would clear it away.
    while ((await rows()) > 0) await pause(50);

    expect((await toldOf(await followAll(engine, position), 1)).names).toEqual(['reset']);
  });
});
