import { ZERO, type Decimal } from '../core/decimal.js';
import { instantText, type Instant } from '../core/instant.js';
import { countingText, eventNamesOf, type Meter } from '../core/meter.js';
import type { Period } from '../core/period.js';
import { isAdditive, soldUnits, usageTotals } from '../core/usage-total.js';
import type { Queryable } from '../store/database.js';
import { deleteTotals, hasMarks, insertMarks, lockUsageTotals, selectCountedMeters, selectMarks, selectSlots, selectTotals, selectValues, sumTotals, takeMarks, upsertCountedMeter, upsertTotals, type UsageMark } from '../store/usage-total.js';
import type { Engine } from './engine.js';
import { spanPeriods, type SpanAsked } from './overview.js';

/** Marks that one transaction takes. */
const MARKS_PER_ROUND = 10_000;
/** Stretches whose events are read together. */
const SLOTS_PER_READ = 96;

/**
 * Counts what has been marked, and meters that are new, into the totals. Tells whether more is left. What one transaction
 * takes marks of it sees the events of; whoever counts next waits for it, so a total never goes back. Nothing is locked
 * where nothing is to be done: marks that somebody else has taken are seen until he is done with them.
 */
export async function refreshUsageTotals(engine: Engine): Promise<boolean> {
  await engine.catalog.refresh();
  if (!(await hasMarks(engine.database)) && newMeters(engine, await selectCountedMeters(engine.database)).length === 0) return false;
  return engine.database.transaction(async (transaction) => {
    await lockUsageTotals(transaction);
    await engine.catalog.refresh(transaction);
    await countNewMeters(engine, transaction);
    const { marks, taken } = await takeMarks(transaction, MARKS_PER_ROUND);
    const slotsOf = new Map<Meter, Set<Instant>>();
    for (const { startsAt, name } of marks) for (const meter of engine.catalog.metersOf(name)) slotsOf.set(meter, (slotsOf.get(meter) ?? new Set()).add(startsAt));
    for (const [meter, slots] of slotsOf) await countSlots(transaction, meter, [...slots]);
    return taken >= MARKS_PER_ROUND;
  });
}

/** A meter may count events that came before it, for another meter. */
async function countNewMeters(engine: Engine, transaction: Queryable): Promise<void> {
  for (const meter of newMeters(engine, await selectCountedMeters(transaction))) {
    await deleteTotals(transaction, meter.code);
    const slots = await selectSlots(transaction, eventNamesOf(meter));
    await countSlots(transaction, meter, [...new Set(slots.map(({ startsAt }) => startsAt))]);
    await upsertCountedMeter(transaction, meter.code, countingText(meter));
  }
}

/** Those that all events have not been counted by, as they count now. */
function newMeters(engine: Engine, counted: ReadonlyMap<string, string>): Meter[] {
  return engine.catalog.meters().filter((meter) => counted.get(meter.code) !== countingText(meter));
}

async function countSlots(transaction: Queryable, meter: Meter, slots: readonly Instant[]): Promise<void> {
  for (let from = 0; from < slots.length; from += SLOTS_PER_READ) {
    const part = slots.slice(from, from + SLOTS_PER_READ);
    const values = await selectValues(transaction, { slots: part, names: eventNamesOf(meter), property: meter.property });
    const totals = new Map(usageTotals(meter, values).map((total) => [total.startsAt, total]));
    await upsertTotals(transaction, meter.code, part.map((startsAt) => totals.get(startsAt) ?? { startsAt, events: 0, value: isAdditive(meter) ? ZERO : null }));
  }
}

/** What a meter counted of all customers, period by period. */
export interface AllUsage {
  readonly meter: Meter;
  readonly points: ReadonlyArray<Period & { readonly events: number; /** In sold units; null where uses do not add up. */ readonly value: Decimal | null }>;
}

/** What all customers used over time, by meter; meters that count nothing in any of the periods with zeros. @throws Refusal `invalid_request`. */
export async function readAllUsage(engine: Engine, asked: SpanAsked): Promise<AllUsage[]> {
  const periods = spanPeriods(asked, engine.clock.now());
  while (await refreshUsageTotals(engine));
  const totals = await sumTotals(engine.database, periods);
  return engine.catalog.meters().map((meter) => {
    const own = new Map(totals.filter(({ meterCode }) => meterCode === meter.code).map((total) => [total.index, total]));
    return { meter, points: periods.map((period, index) => ({ ...period, events: own.get(index)?.events ?? 0, value: valueOf(meter, own.get(index)?.value ?? null) })) };
  });
}

function valueOf(meter: Meter, raw: Decimal | null): Decimal | null {
  if (!isAdditive(meter)) return null;
  return raw === null ? ZERO : soldUnits(meter, raw);
}

/** Stretches whose kept totals are not what their events come to; those marked to be counted again are left out. With `isRepair` they are marked. */
export async function verifyUsageTotals(engine: Engine, isRepair: boolean): Promise<string[]> {
  return engine.database.transaction(async (transaction) => {
    await lockUsageTotals(transaction);
    const counted = await selectCountedMeters(transaction);
    const wrong: Array<UsageMark & { readonly meter: Meter }> = [];
    for (const meter of engine.catalog.meters()) {
      if (counted.get(meter.code) !== countingText(meter)) continue;
      wrong.push(...(await wrongSlots(transaction, meter)).map((startsAt) => ({ startsAt, name: meter.eventName, meter })));
    }
    // Read last: events that came meanwhile have their marks by now.
    const marks = new Set((await selectMarks(transaction)).map(({ startsAt, name }) => `${startsAt} ${name}`));
    const certain = wrong.filter(({ startsAt, meter }) => !eventNamesOf(meter).some((name) => marks.has(`${startsAt} ${name}`)));
    if (isRepair) await insertMarks(transaction, certain);
    return certain.map(({ startsAt, meter }) => `the total of "${meter.code}" from ${instantText(startsAt)} on is not what its events come to`);
  });
}

async function wrongSlots(transaction: Queryable, meter: Meter): Promise<Instant[]> {
  const kept = new Map((await selectTotals(transaction, meter.code)).map((total) => [total.startsAt, total]));
  const slots = [...new Set([...kept.keys(), ...(await selectSlots(transaction, eventNamesOf(meter))).map(({ startsAt }) => startsAt)])];
  const wrong: Instant[] = [];
  for (let from = 0; from < slots.length; from += SLOTS_PER_READ) {
    const part = slots.slice(from, from + SLOTS_PER_READ);
    const derived = new Map(usageTotals(meter, await selectValues(transaction, { slots: part, names: eventNamesOf(meter), property: meter.property })).map((total) => [total.startsAt, total]));
    wrong.push(...part.filter((startsAt) => textOf(kept.get(startsAt)) !== textOf(derived.get(startsAt))));
  }
  return wrong;
}

function textOf(total: { readonly events: number; readonly value: Decimal | null } | undefined): string {
  return total === undefined || total.events === 0 ? '0' : `${total.events} ${total.value?.toFixed() ?? ''}`;
}
