import type { Grant, Plan, Price } from '@paidup/sdk';
import { sentence } from '../../part/explain.js';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { wordsOfFixed, wordsOfGrant, wordsOfIncluded, wordsOfInterval, wordsOfModel, wordsOfTier } from './words.js';

/** One thing that a version of a plan says, in words. */
export interface Said {
  /** Tells what is said of the same thing in another version. */
  key: string;
  /** Under which heading it stands: the plan itself, a price, the features. */
  group: string;
  label: string;
  words: string;
}

/** What two versions say of one thing; undefined where one of them says nothing of it. */
export interface Compared {
  key: string;
  group: string;
  label: string;
  left: string | undefined;
  right: string | undefined;
  how: 'same' | 'changed' | 'added' | 'removed';
}

/** Two versions, thing by thing: in the order of the right one, with what only the left one says where it stood. */
export function compare(left: Plan, right: Plan): Compared[] {
  const before = new Map(sayings(left).map((said) => [said.key, said]));
  const after = new Map(sayings(right).map((said) => [said.key, said]));
  const all = new Map([...after, ...[...before].filter(([key]) => !after.has(key))]);
  const groups = [...new Set([...all.values()].map(({ group }) => group))];
  const rows = [...all.values()].map(({ key, group, label }): Compared => {
    const [old, now] = [before.get(key)?.words, after.get(key)?.words];
    return { key, group, label, left: old, right: now, how: old === now ? 'same' : old === undefined ? 'added' : now === undefined ? 'removed' : 'changed' };
  });
  return groups.flatMap((group) => rows.filter((row) => row.group === group));
}

function sayings(plan: Plan): Said[] {
  return [...sayingsOfPlan(plan), ...plan.prices.flatMap((price) => sayingsOfPrice(price, plan)), ...plan.features.map(sayingOfGrant), ...sayingsOfMetadata(plan)];
}

function sayingsOfPlan(plan: Plan): Said[] {
  const { currency } = plan;
  const bound = (amount: string | null | undefined): string => (amount == null ? 'none' : formatMoney({ amount, currency }));
  const pairs: Array<[string, string]> = [
    ['name', plan.name],
    ['description', plan.description ?? '—'],
    ['currency', currency],
    ['interval', wordsOfInterval(plan.interval)],
    ['alignment', sentence(plan.alignment)],
    ['trial_days', plan.trial_days === 0 ? 'none' : formatQuantity(String(plan.trial_days))],
    ['proration', sentence(plan.proration)],
    ['minimum', bound(plan.minimum)],
    ['maximum', bound(plan.maximum)],
    ['invoice_grace_hours', String(plan.invoice_grace_hours ?? 0)],
    ['invoice_series', plan.invoice_series ?? 'INV'],
    ['collection', plan.collection ?? 'send'],
    ['wallet_credit', plan.wallet_credit ?? 'applied'],
    ['trial_requires_payment_method', plan.trial_requires_payment_method === true ? 'yes' : 'no'],
    ['self_service', plan.self_service === true ? 'yes' : 'no'],
    ['family', plan.family ?? '—'],
  ];
  return pairs.map(([name, words]) => ({ key: name, group: 'Plan', label: sentence(name), words }));
}

function sayingsOfPrice(price: Price, plan: Plan): Said[] {
  const group = `Price ${price.code}`;
  const said = (name: string, words: string): Said => ({ key: `${price.code}/${name}`, group, label: sentence(name), words });
  const common = [said('name', price.name ?? price.code), said('paid_from', price.paid_from ?? 'invoice')];
  if (price.type === 'fixed') {
    return [...common, said('amount', wordsOfFixed(price, plan)), said('renewal', sentence(price.renewal ?? 'same_quantity')), said('below_usage', price.below_usage ?? 'allowed')];
  }
  const { currency, interval } = plan;
  const bound = (amount: string | null | undefined): string => (amount == null ? 'none' : formatMoney({ amount, currency }));
  return [
    ...common,
    said('meter', price.meter),
    said('included', wordsOfIncluded(price, { interval, unit: null })),
    said('model', wordsOfModel(price.model, { currency, unit: null })),
    ...tiersOf(price.model, currency).map(([name, words]) => said(name, words)),
    said('rollover', price.rollover == null ? 'no' : price.rollover.cap == null ? 'without a cap' : Object.entries(price.rollover.cap).map(([kind, amount]) => (kind === 'multiple' ? `at most ${formatQuantity(amount)} times the included` : `at most ${formatQuantity(amount)}`)).join()),
    said('overage', price.overage ?? 'allowed'),
    said('overage_cap', bound(price.overage_cap)),
    said('minimum', bound(price.minimum)),
    said('maximum', bound(price.maximum)),
  ];
}

/** The tiers or the cells of a model, each by itself, so that the one that differs is seen. */
function tiersOf(model: Extract<Price, { type: 'usage' }>['model'], currency: string): Array<[string, string]> {
  if (model.type === 'graduated' || model.type === 'volume') {
    return model.tiers.map((tier, index) => {
      const amounts = [tier.unit_amount !== undefined && `${formatMoney({ amount: tier.unit_amount, currency })} each`, tier.flat_amount !== undefined && `${formatMoney({ amount: tier.flat_amount, currency })} once`].filter(Boolean);
      return [`tier ${index + 1}`, `${wordsOfTier(tier, model.tiers[index - 1])}: ${amounts.join(' + ') || 'free'}`];
    });
  }
  if (model.type !== 'dimensional') return [];
  return model.cells.map(({ values, model: flat }) => [Object.values(values).join(', '), [wordsOfModel(flat, { currency, unit: null }), ...tiersOf(flat, currency).map(([, words]) => words)].join('; ')]);
}

function sayingOfGrant(grant: Grant): Said {
  return { key: `features/${grant.feature}`, group: 'Features', label: grant.feature, words: wordsOfGrant(grant) + (grant.combine == null ? '' : `, joined by ${grant.combine}`) };
}

function sayingsOfMetadata({ metadata }: Plan): Said[] {
  return Object.entries(metadata).map(([name, words]) => ({ key: `metadata/${name}`, group: 'Metadata', label: name, words }));
}
