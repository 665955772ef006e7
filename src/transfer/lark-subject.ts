import type { Customer, SubscriptionInput } from '@paidup/sdk';
import { parseCurrency } from '../core/currency.js';
import { instantText, latest, parseInstant, type Instant } from '../core/instant.js';
import type { Interval } from '../core/period.js';
import { isRecord } from '../reader/json.js';
import type { LarkCard, LarkSubject, LarkSubscription } from '../reader/lark-api.js';
import { anchorFor } from './anchor.js';
import { keyOf } from './code.js';
import { makeCustomer } from './customer.js';
import { differencesOf } from './lark-compare.js';
import { readSide } from './lark-side.js';
import { carryUsage, larkId, periodOf, subjectName, type Going, type SubjectWork } from './lark-stretch.js';
import { courseOf, type Course } from './lark-timeline.js';
import { CAME_FROM } from './lark-words.js';
import { carried, findCustomer } from './target.js';
import { zoneFor } from './zone.js';

/** Carries one subject: profile, subscriptions, usage of the periods under way; then compares both sides. @throws Stopped. */
export async function carrySubject(asked: SubjectWork, subject: LarkSubject): Promise<void> {
  const { tally, target, source } = asked;
  const refused = (reason: string): void => tally.lost('customer', subjectName(subject), { reason });
  const subscriptions = await carried(() => source.subscriptionsOf(subject.id), refused);
  const going = await withCards(asked, subject, subscriptions ?? []);
  const work = { ...asked, zone: zoneOf(asked, subject, going) };
  const { customer, isNew } = await carryCustomer(work, subject, going[0]?.card.card);
  if (customer === undefined && !tally.isDry) return;
  if (customer !== undefined) await carried(() => target.clock.learn(target.client, customer.id), refused);
  const there = customer === undefined || isNew ? [] : await carried(() => target.lark.subscriptionsOf(larkId(customer)), refused);
  if (there === undefined) return;
  for (const one of going) await carrySubscription(work, { subject, customer, there, ...one });
  await carryUsage(work, { subject, customer, isNew, going });
  if (!tally.isDry) await check(work, subject);
}

/** Lark tells no zone: it is the one that was given, unless only another gives the periods under way. */
function zoneOf({ zone, tally }: SubjectWork, subject: LarkSubject, going: readonly Going[]): string {
  const periods = going.flatMap(({ subscription, card: { card } }) => {
    const period = periodOf(subscription);
    const startsAt = parseInstant(subscription.effectiveAt ?? '') ?? period?.startsAt;
    return period === undefined || startsAt === undefined ? [] : [{ startsAt, period, interval: intervalOf(card), isCut: subscription.cancelsAtEndOfCycle }];
  });
  const found = zoneFor(periods, zone);
  if (found !== undefined && found !== zone) tally.past('customer', subjectName(subject), `its months are counted in ${found}: in ${zone} no day gives the period under way`);
  return found ?? zone;
}

function intervalOf({ interval }: LarkCard): Interval {
  return { unit: interval === 'yearly' ? 'year' : 'month', count: 1 };
}

async function withCards({ catalog, tally }: SubjectWork, subject: LarkSubject, subscriptions: readonly LarkSubscription[]): Promise<Going[]> {
  const going: Going[] = [];
  for (const subscription of subscriptions) {
    const name = nameOf(subject, subscription);
    if (subscription.status === 'cancelled') {
      tally.past('subscription', name, 'it has ended');
      continue;
    }
    const refused = (reason: string): void => tally.lost('subscription', name, { reason });
    const card = await carried(() => catalog.card(subscription.cardId), refused);
    if (card === null) refused('its rate card was not carried');
    else if (card !== undefined) going.push({ subscription, card });
  }
  return going;
}

/** The customer, made unless it is there; undefined when it could not be made, or the run is dry. */
async function carryCustomer({ target, tally, zone }: SubjectWork, subject: LarkSubject, card: LarkCard | undefined): Promise<{ customer: Customer | undefined; isNew: boolean }> {
  // Who has no name of the merchant's own is known by the id that it had: addresses that hold it go on working.
  const externalId = subject.externalId ?? subject.id;
  const source = subjectName(subject);
  let isFailed = false;
  const known = await carried(() => findCustomer(target, externalId), (reason) => {
    isFailed = true;
    tally.lost('customer', source, { reason });
  });
  if (isFailed) return { customer: undefined, isNew: false };
  if (known !== undefined) tally.found('customer');
  if (known !== undefined) return { customer: known, isNew: false };
  const metadata = subject.externalId === null ? { ...subject.metadata, [CAME_FROM.subject]: subject.id } : { ...subject.metadata };
  const { name, email } = subject;
  return { customer: await makeCustomer({ target, tally }, source, { external_id: externalId, name, email, metadata, timezone: zone, ...currencyOf(card) }), isNew: true };
}

/** Of the first thing that it pays for. */
function currencyOf(card: LarkCard | undefined): { currency?: string } {
  const [rate] = card === undefined ? [] : [...card.fixedRates, ...card.usageRates];
  const price = rate?.words['price'];
  const amount = isRecord(price) && isRecord(price['amount']) ? price['amount']['currency_code'] : undefined;
  const currency = typeof amount === 'string' ? parseCurrency(amount) : undefined;
  return currency === undefined ? {} : { currency };
}

interface Subscribing extends Going {
  readonly subject: LarkSubject;
  readonly customer: Customer | undefined;
  readonly there: readonly LarkSubscription[];
}

/** How far a subscription has come in Paidup. */
interface There {
  readonly id: string;
  readonly isPaused: boolean;
  readonly isEnding: boolean;
}

async function carrySubscription(work: SubjectWork, one: Subscribing): Promise<void> {
  const { target, tally } = work;
  const { subscription, subject } = one;
  const refused = (reason: string): void => tally.lost('subscription', nameOf(subject, subscription), { reason });
  const known = one.there.find(({ metadata }) => metadata[CAME_FROM.subscription] === subscription.id);
  if (known !== undefined) tally.found('subscription');
  const there: There | undefined = known === undefined ? await subscribe(work, one, refused) : { id: known.id, isPaused: known.status === 'paused', isEnding: known.cancelsAtEndOfCycle || known.status === 'cancelled' };
  if (there === undefined || tally.isDry) return;
  if (subscription.cancelsAtEndOfCycle && subscription.status === 'active' && !there.isEnding) await carried(() => target.client.cancelSubscription(there.id, { at_period_end: true }), refused);
  if (subscription.status === 'paused' && !there.isPaused && !there.isEnding) await carried(() => target.client.pauseSubscription(there.id), refused);
}

async function subscribe(work: SubjectWork, one: Subscribing, refused: (reason: string) => void): Promise<There | undefined> {
  const { target, tally } = work;
  const { subscription, subject, customer, card } = one;
  const name = nameOf(subject, subscription);
  const plan = card.planCode;
  if (tally.isDry) tally.made('subscription', name, null);
  if (customer === undefined || plan === null || tally.isDry) return undefined;
  const made = await carried(async () => {
    const input = { plan, ...(await inputOf(work, { ...one, customer }, name)) };
    return target.client.createSubscription(customer.id, input, { idempotencyKey: keyOf('lark', subscription.id, input) });
  }, refused);
  if (made === undefined) return undefined;
  tally.made('subscription', name, made.id);
  // One that has not begun is as good as paused.
  return { id: made.id, isPaused: made.status === 'paused' || made.status === 'scheduled', isEnding: made.ends_at !== null };
}

async function inputOf(work: SubjectWork, one: Going & { readonly customer: Customer }, name: string): Promise<Omit<SubscriptionInput, 'plan'>> {
  const { subscription, card: { card }, customer } = one;
  const { effectiveAt, period, quantities, multipliers, metadata } = subscription;
  const counted = periodOf(subscription);
  const { as_of: asOf } = await work.target.client.readState(customer.id);
  const now = parseInstant(asOf) ?? work.target.clock.now();
  const startsAt = parseInstant(effectiveAt ?? '') ?? counted?.startsAt ?? now;
  const course = await courseAfter(work, subscription, { now: latest(now, startsAt), name });
  const common = { trial_days: 0, quantities, multipliers, metadata: { ...metadata, [CAME_FROM.subscription]: subscription.id }, starts_at: instantText(startsAt), ...course };
  if (period === null || counted === undefined) return { ...common, ...(startsAt <= now ? { billed_until: instantText(now) } : {}) };
  const anchor = anchorFor({ startsAt, period: counted, interval: intervalOf(card), zone: customer.timezone, isCut: parseInstant(course.ends_at ?? '') === counted.endsAt });
  if (anchor === undefined) {
    work.tally.lost('subscription', name, { field: 'current_period', reason: `nothing counted in ${customer.timezone} gives ${period.start} to ${period.end}: it is counted from that end` });
  }
  const anchorAt = anchor === undefined ? counted.endsAt : anchor.anchorAt;
  return { ...common, billed_until: instantText(latest(startsAt, counted.startsAt)), ...(anchorAt === null ? {} : { billing_anchor: instantText(anchorAt) }) };
}

/** What its timeline says is to come; without one, its end if it ends with its cycle. */
async function courseAfter({ timelines, catalog, tally }: SubjectWork, subscription: LarkSubscription, { now, name }: { now: Instant; name: string }): Promise<Course> {
  const { period, cancelsAtEndOfCycle } = subscription;
  const end = cancelsAtEndOfCycle && period !== null ? { ends_at: period.end } : {};
  const items = await timelines.itemsOf(subscription);
  if (items.length === 0) return end;
  const cards = new Map(await Promise.all([...new Set(items.map(({ cardId }) => cardId))].map(async (id) => [id, await catalog.card(id)] as const)));
  const course = courseOf(items, now, (cardId) => cards.get(cardId));
  if (course === undefined) tally.lost('subscription', name, { field: 'phases', reason: 'what its timeline says is to come leaves a gap, or is of a rate card that was not carried: schedule it with POST /v1/subscriptions/{id}/phases' });
  return course ?? end;
}

/** Whatever is different now, for whatever reason, is told. */
async function check({ source, target, tally, catalog }: SubjectWork, subject: LarkSubject): Promise<void> {
  const lost = (field: string, reason: string): void => tally.lost('customer', subjectName(subject), { field, reason });
  const [before, after] = await Promise.all([readSide(source, subject.id, catalog.lookups.source), readSide(target.lark, subjectName(subject), catalog.lookups.target)]);
  for (const { part, message } of [...before.unread, ...after.unread]) lost(part, `could not be compared: ${message}`);
  for (const { field, source: there, paidup: here } of differencesOf(before.reading, after.reading)) lost(field, `${JSON.stringify(there)} at the source, ${JSON.stringify(here)} in Paidup`);
}

function nameOf(subject: LarkSubject, { id }: LarkSubscription): string {
  return `${subjectName(subject)}, ${id}`;
}
