import type { EventInput } from '../../core/event.js';
import { instant, instantText, type Instant } from '../../core/instant.js';
import { plusLocalDays, startOfLocalDay } from '../../core/period.js';
import type { CrowdPlan } from './crowd-catalog.js';

/** Numbers from 0 (in) to 1 (out). */
export type Chance = () => number;

/** How a member pays. `late`: nothing of the last weeks yet; `declined`: nor that, and its card takes no charge. */
export type PaymentHabit = 'prompt' | 'late' | 'declined';

/** An invented customer and what became of it. */
export interface CrowdMember {
  readonly externalId: string;
  readonly name: string;
  readonly plan: CrowdPlan;
  readonly currency: string;
  readonly zone: string;
  readonly seats: number;
  readonly startsAt: Instant;
  readonly cancellation: { readonly at: Instant; readonly atPeriodEnd: boolean } | null;
  /** Major units put into the wallet, if it has a card at all. */
  readonly deposit: string | null;
  /** Its use against what its plan includes: 1 uses it up. */
  readonly appetite: number;
  readonly habit: PaymentHabit;
}

const FIRST = ['Alder', 'Birch', 'Cedar', 'Dune', 'Ember', 'Fjord', 'Granite', 'Harbor', 'Indigo', 'Juniper', 'Kestrel', 'Lumen'];
const SECOND = ['Analytics', 'Books', 'Clinics', 'Design', 'Energy', 'Foods', 'Games', 'Health', 'Interiors', 'Logistics', 'Media', 'Robotics'];

/** Where customers of a plan live; currency as the plan's. */
const PLACES: Readonly<Record<CrowdPlan, { readonly currency: string; readonly zones: readonly string[]; readonly deposit: string }>> = {
  orbit_starter: { currency: 'USD', zones: ['America/New_York', 'America/Los_Angeles', 'America/Sao_Paulo', 'UTC'], deposit: '50.00' },
  orbit_team: { currency: 'EUR', zones: ['Europe/Madrid', 'Europe/Berlin', 'Europe/Helsinki'], deposit: '120.00' },
  orbit_scale: { currency: 'GBP', zones: ['Europe/London', 'Asia/Kolkata', 'Australia/Sydney'], deposit: '500.00' },
  orbit_voice: { currency: 'JPY', zones: ['Asia/Tokyo'], deposit: '6000' },
};
const PLAN_ROUND: readonly CrowdPlan[] = ['orbit_starter', 'orbit_team', 'orbit_starter', 'orbit_scale', 'orbit_team', 'orbit_voice'];

/** What each plan's customers do on a working day at an appetite of 1. */
const DAILY_USE: Readonly<Record<CrowdPlan, { readonly requests: number; readonly gigabytes: number; readonly talkSeconds: number }>> = {
  orbit_starter: { requests: 400, gigabytes: 20, talkSeconds: 0 },
  orbit_team: { requests: 2_000, gigabytes: 0, talkSeconds: 1_200 },
  orbit_scale: { requests: 12_000, gigabytes: 200, talkSeconds: 0 },
  orbit_voice: { requests: 0, gigabytes: 0, talkSeconds: 750 },
};
const REGIONS = ['eu', 'us', 'ap'];
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Chance that is the same at every start: mulberry32, good enough for what nobody bets on. */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` members as of `now`, oldest first: most a month to eight months old, a few in their trial, some canceled. */
export function inventCrowd(input: { count: number; now: Instant; chance: Chance }): CrowdMember[] {
  const members = Array.from({ length: input.count }, (_, index) => inventMember(index, input));
  return members.sort((left, right) => left.startsAt - right.startsAt);
}

function inventMember(index: number, { now, chance }: { now: Instant; chance: Chance }): CrowdMember {
  const first = pick(FIRST, index);
  const second = pick(SECOND, index * 5 + Math.floor(index / FIRST.length));
  const plan = pick(PLAN_ROUND, index + Math.floor(index / FIRST.length));
  const place = PLACES[plan];
  const zone = pick(place.zones, Math.floor(chance() * place.zones.length));
  const days = index % 12 === 0 ? 3 + Math.floor(chance() * 8) : 30 + Math.floor(chance() * 210);
  const startsAt = startOfLocalDay(plusLocalDays(now, -days, zone), zone);
  return {
    externalId: `${first}-${second}`.toLowerCase(),
    name: `${first} ${second}`,
    plan,
    currency: place.currency,
    zone,
    seats: 2 + Math.floor(chance() * 24),
    startsAt,
    cancellation: cancellationOf(index, { startsAt, now, days }),
    deposit: index % 3 === 0 || plan === 'orbit_voice' ? place.deposit : null,
    appetite: 0.3 + chance() * 1.1,
    habit: habitOf(index),
  };
}

/** Nearly all pay in good time; a few are late, and of two the card declines. */
function habitOf(index: number): PaymentHabit {
  if (index % 18 === 10) return 'declined';
  return index % 12 === 7 ? 'late' : 'prompt';
}

/** Every ninth has left some time ago; of the others every eleventh leaves when its period is over. */
function cancellationOf(index: number, when: { startsAt: Instant; now: Instant; days: number }): CrowdMember['cancellation'] {
  if (when.days < 30) return null;
  if (index % 9 === 4) return { at: instant(when.startsAt + Math.floor(when.days * 0.6) * DAY_MS), atPeriodEnd: false };
  return index % 11 === 5 ? { at: instant(when.now - 2 * DAY_MS), atPeriodEnd: true } : null;
}

/** What the member did from its start until it left or now: one event a day and kind of use, less at weekends, more each month. */
export function inventUse(member: CrowdMember, now: Instant, chance: Chance): EventInput[] {
  const { requests, gigabytes, talkSeconds } = DAILY_USE[member.plan];
  const until = member.cancellation?.atPeriodEnd === false ? member.cancellation.at : now;
  const events: EventInput[] = [];
  for (let day = 0; ; day += 1) {
    const dayAt = plusLocalDays(member.startsAt, day, member.zone);
    if (dayAt >= until) return events;
    const at = instant(dayAt + Math.floor((7 + chance() * 12) * HOUR_MS));
    const amount = member.appetite * (0.7 + chance() * 0.6) * (1 + day / 600) * (isWeekend(at) ? 0.35 : 1.2);
    const stored = member.appetite * gigabytes * (0.6 + day / 400);
    if (at > until) continue;
    const event = { customer: member.externalId, timestamp: instantText(at) };
    if (requests > 0) events.push({ ...event, id: `requests-${day}`, name: 'orbit.api.requests', properties: { requests: whole(amount * requests), region: pick(REGIONS, Math.floor(chance() * 3)) } });
    if (gigabytes > 0) events.push({ ...event, id: `storage-${day}`, name: 'orbit.storage.measured', properties: { gigabytes: stored.toFixed(1) } });
    if (talkSeconds > 0) events.push({ ...event, id: `talk-${day}`, name: 'orbit.talk.ended', properties: { seconds: whole(amount * talkSeconds) } });
  }
}

function isWeekend(at: Instant): boolean {
  return [0, 6].includes(new Date(at).getUTCDay());
}

function whole(amount: number): string {
  return String(Math.round(amount));
}

function pick<Item>(list: readonly Item[], index: number): Item {
  return list[index % list.length] as Item;
}
