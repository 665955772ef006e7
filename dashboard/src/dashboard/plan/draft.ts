import type { Feature, FixedPrice, FlatModel, Model, Plan, PlanInput, Price, Tier, UsagePrice } from '@paidup/sdk';
import { readDecimal, writeDecimal } from '../../part/form.js';
import { draftOfGrant, grantOf, type DraftGrant } from './draft-grant.js';
import { draftOfTerms, NEW_TERMS, termsOf, type DraftTerms } from './draft-terms.js';
import { definitionOf } from './definition.js';

/** A tier as it is typed. */
export interface DraftTier {
  id: number;
  upTo: string;
  unitAmount: string;
  flatAmount: string;
}

/** A price as it is typed: all that its kinds and models need, so that turning from one to another loses nothing. */
export interface DraftPrice {
  id: number;
  code: string;
  name: string;
  type: Price['type'];
  /** Of a fixed price, of a unit, or of a package. */
  amount: string;
  perSeat: boolean;
  meter: string;
  included: string;
  model: Model['type'];
  size: string;
  round: 'up' | 'down';
  tiers: readonly DraftTier[];
  overage: 'allowed' | 'blocked';
  minimum: string;
  maximum: string;
  /** The stretch over which usage counts; the billing period, if none is named. */
  window: WindowUnit;
  /** What becomes of units that are left. */
  rollover: 'none' | 'all' | 'multiple' | 'units';
  /** Of `multiple` and `units`. */
  rolloverCap: string;
  paidFrom: 'invoice' | 'wallet';
  /** What it came from: what the form does not show stays as it was. */
  origin: Price | undefined;
}

export const WINDOW_UNITS = ['', 'day', 'week', 'month', 'year', 'lifetime'] as const;
export type WindowUnit = (typeof WINDOW_UNITS)[number];

/** A plan as it is typed. */
export interface Draft {
  code: string;
  name: string;
  description: string;
  currency: string;
  unit: Plan['interval']['unit'];
  count: string;
  trialDays: string;
  prices: readonly DraftPrice[];
  grants: readonly DraftGrant[];
  terms: DraftTerms;
  origin: Plan | undefined;
}

let lastId = 0;

function newId(): number {
  lastId += 1;
  return lastId;
}

export function newTier(): DraftTier {
  return { id: newId(), upTo: '', unitAmount: '', flatAmount: '' };
}

export function newPrice(type: Price['type'], taken: readonly string[]): DraftPrice {
  const stem = type === 'fixed' ? 'base' : 'usage';
  const code = [stem, ...Array.from({ length: taken.length + 1 }, (_, index) => `${stem}_${index + 2}`)].find((each) => !taken.includes(each)) ?? '';
  return {
    id: newId(), code, name: '', type, amount: '', perSeat: false, meter: '', included: '0', model: 'per_unit', size: '100', round: 'up',
    tiers: [{ ...newTier(), upTo: '1000' }, newTier()], overage: 'allowed', minimum: '', maximum: '',
    window: '', rollover: 'none', rolloverCap: '', paidFrom: 'invoice', origin: undefined,
  };
}

export function newDraft(): Draft {
  return { code: '', name: '', description: '', currency: 'EUR', unit: 'month', count: '1', trialDays: '0', prices: [newPrice('fixed', [])], grants: [], terms: NEW_TERMS, origin: undefined };
}

/** A plan as the form shows it, its numbers as the reader writes them. */
export function draftOf(plan: Plan): Draft {
  return {
    code: plan.code, name: plan.name, description: plan.description ?? '', currency: plan.currency, unit: plan.interval.unit, count: String(plan.interval.count), trialDays: String(plan.trial_days),
    prices: plan.prices.map(draftOfPrice), grants: plan.features.map((grant) => draftOfGrant(grant, newId())), terms: draftOfTerms(plan), origin: plan,
  };
}

function draftOfPrice(price: Price): DraftPrice {
  const draft: DraftPrice = { ...newPrice(price.type, []), code: price.code, name: price.name ?? '', paidFrom: price.paid_from ?? 'invoice', origin: price };
  if (price.type === 'fixed') return { ...draft, amount: writeDecimal(price.amount), perSeat: price.per_seat === true };
  const { model } = price;
  return {
    ...draft,
    meter: price.meter, included: writeDecimal(price.included ?? '0'), model: model.type, overage: price.overage ?? 'allowed', minimum: writeDecimal(price.minimum ?? ''), maximum: writeDecimal(price.maximum ?? ''),
    window: price.window?.unit ?? '', ...rolloverFrom(price),
    ...(model.type === 'per_unit' ? { amount: writeDecimal(model.amount) } : {}),
    ...(model.type === 'package' ? { amount: writeDecimal(model.amount), size: writeDecimal(model.size), round: model.round ?? 'up' } : {}),
    ...(model.type === 'graduated' || model.type === 'volume' ? { tiers: model.tiers.map((tier) => ({ id: newId(), upTo: writeDecimal(tier.up_to ?? ''), unitAmount: writeDecimal(tier.unit_amount ?? ''), flatAmount: writeDecimal(tier.flat_amount ?? '') })) } : {}),
  };
}

function rolloverFrom({ rollover }: UsagePrice): Pick<DraftPrice, 'rollover' | 'rolloverCap'> {
  if (rollover == null) return { rollover: 'none', rolloverCap: '' };
  if (rollover.cap == null) return { rollover: 'all', rolloverCap: '' };
  return 'multiple' in rollover.cap ? { rollover: 'multiple', rolloverCap: writeDecimal(rollover.cap.multiple) } : { rollover: 'units', rolloverCap: writeDecimal(rollover.cap.units) };
}

/** What is saved. A number that cannot be read goes as it was typed: the engine says at its field what is wrong with it. */
export function inputOf(draft: Draft, typeOf: (feature: string) => Feature['type'] | undefined): PlanInput {
  const origin = draft.origin === undefined ? {} : definitionOf(draft.origin);
  return {
    ...origin,
    name: draft.name.trim(),
    description: draft.description.trim() === '' ? null : draft.description.trim(),
    currency: draft.currency.trim().toUpperCase(),
    interval: { unit: draft.unit, count: Number(draft.count) },
    trial_days: Number(draft.trialDays),
    ...termsOf(draft.terms),
    features: draft.grants.map((grant) => grantOf(grant, typeOf(grant.feature))),
    prices: draft.prices.map(priceOf),
  };
}

/** What is saved of one price. */
export function priceOf(draft: DraftPrice): Price {
  const { origin } = draft;
  const name = draft.name.trim() === '' ? undefined : draft.name.trim();
  if (draft.type === 'fixed') {
    const kept: Partial<FixedPrice> = origin?.type === 'fixed' ? origin : {};
    const { package: packages, ...rest } = kept;
    // A package needs a quantity.
    return { ...rest, ...(draft.perSeat && packages != null ? { package: packages } : {}), code: draft.code.trim(), name, type: 'fixed', amount: decimal(draft.amount), per_seat: draft.perSeat, paid_from: draft.paidFrom };
  }
  const kept: Partial<UsagePrice> = origin?.type === 'usage' ? origin : {};
  return {
    ...kept,
    code: draft.code.trim(),
    name,
    type: 'usage',
    meter: draft.meter,
    included: draft.included.trim() === 'unlimited' ? 'unlimited' : decimal(draft.included),
    model: modelOf(draft),
    overage: draft.overage,
    minimum: optional(draft.minimum) ?? null,
    maximum: optional(draft.maximum) ?? null,
    window: windowOf(draft),
    rollover: rolloverOf(draft),
    paid_from: draft.paidFrom,
  };
}

/** A window of several units that was there stays as long as the unit does. */
function windowOf({ window: unit, origin }: DraftPrice): UsagePrice['window'] {
  if (unit === '') return null;
  const before = origin?.type === 'usage' ? origin.window : null;
  return before?.unit === unit ? before : { unit };
}

function rolloverOf({ rollover, rolloverCap }: DraftPrice): UsagePrice['rollover'] {
  if (rollover === 'none') return null;
  if (rollover === 'all') return { cap: null };
  return { cap: rollover === 'multiple' ? { multiple: decimal(rolloverCap) } : { units: decimal(rolloverCap) } };
}

/** The model as it is typed; one by dimension stays as it was. */
function modelOf(draft: DraftPrice): Model {
  if (draft.model === 'dimensional' && draft.origin?.type === 'usage') return draft.origin.model;
  return flatModelOf(draft);
}

function flatModelOf(draft: DraftPrice): FlatModel {
  switch (draft.model) {
    case 'package':
      return { type: 'package', size: decimal(draft.size), amount: decimal(draft.amount), round: draft.round };
    case 'graduated':
    case 'volume':
      return { type: draft.model, tiers: draft.tiers.map((tier, index) => tierOf(tier, index === draft.tiers.length - 1)) };
    case 'per_unit':
    case 'dimensional':
      return { type: 'per_unit', amount: decimal(draft.amount) };
  }
}

function tierOf({ upTo, unitAmount, flatAmount }: DraftTier, isLast: boolean): Tier {
  const [unit, flat] = [optional(unitAmount), optional(flatAmount)];
  return { up_to: isLast ? null : decimal(upTo), ...(unit === undefined ? {} : { unit_amount: unit }), ...(flat === undefined ? {} : { flat_amount: flat }) };
}

function decimal(text: string): string {
  return readDecimal(text) ?? text.trim();
}

function optional(text: string): string | undefined {
  return text.trim() === '' ? undefined : decimal(text);
}

/** Whether all numbers of a price can be read, so that the calculator can be asked about it while it is typed. */
export function isComplete(draft: DraftPrice): boolean {
  const isNumber = (text: string): boolean => readDecimal(text) !== undefined && !text.trim().startsWith('-');
  const isMaybe = (text: string): boolean => text.trim() === '' || isNumber(text);
  if (draft.type === 'fixed') return isNumber(draft.amount);
  if (!isNumber(draft.included) || !isMaybe(draft.minimum) || !isMaybe(draft.maximum)) return false;
  switch (draft.model) {
    case 'per_unit':
      return isNumber(draft.amount);
    case 'package':
      return isNumber(draft.amount) && isNumber(draft.size) && /[1-9]/.test(draft.size);
    case 'graduated':
    case 'volume':
      return areTiers(draft.tiers, { isNumber, isMaybe });
    case 'dimensional':
      return true;
  }
}

/** Tiers that lie above each other, each with an amount. */
function areTiers(tiers: readonly DraftTier[], { isNumber, isMaybe }: Record<'isNumber' | 'isMaybe', (text: string) => boolean>): boolean {
  const ends = tiers.slice(0, -1).map(({ upTo }) => Number(readDecimal(upTo) ?? '0'));
  const rise = ends.every((end, index) => end > (ends[index - 1] ?? 0));
  return rise && tiers.slice(0, -1).every(({ upTo }) => isNumber(upTo)) && tiers.every(({ unitAmount, flatAmount }) => isMaybe(unitAmount) && isMaybe(flatAmount) && (unitAmount + flatAmount).trim() !== '');
}
