import type { Feature, Grant } from '@paidup/sdk';
import { readDecimal, writeDecimal } from '../../part/form.js';

/** A grant as it is typed: all that each kind of feature needs. */
export interface DraftGrant {
  id: number;
  feature: string;
  isGranted: boolean;
  /** A number, or “unlimited”. */
  limit: string;
  perQuantityOf: string;
  price: string;
  /** What it came from: what the form does not show stays as it was. */
  origin: Grant | undefined;
}

export function newGrant(id: number): DraftGrant {
  return { id, feature: '', isGranted: true, limit: '', perQuantityOf: '', price: '', origin: undefined };
}

/** A grant as the form shows it, its numbers as the reader writes them. */
export function draftOfGrant(grant: Grant, id: number): DraftGrant {
  const { feature, granted = true, limit, per_quantity_of: perQuantityOf, price } = grant;
  return { id, feature, isGranted: granted, limit: limit == null ? '' : writeLimit(limit), perQuantityOf: perQuantityOf ?? '', price: price ?? '', origin: grant };
}

/** What is saved: only what a feature of its type takes, so that what was typed for another does not stand in the way. */
export function grantOf({ feature, isGranted, limit, perQuantityOf, price, origin }: DraftGrant, type: Feature['type'] | undefined): Grant {
  const kept = origin?.feature === feature ? origin : {};
  if (type === 'flag') return { ...kept, feature, granted: isGranted, limit: null, per_quantity_of: null, price: null };
  const limited = { limit: readLimit(limit), per_quantity_of: textOrNull(perQuantityOf) };
  return { ...kept, feature, granted: isGranted, ...limited, price: type === 'limit' ? null : textOrNull(price) };
}

function writeLimit(limit: string): string {
  return limit === 'unlimited' ? limit : writeDecimal(limit);
}

/** A number that cannot be read goes as it was typed: the engine says at its field what is wrong with it. */
function readLimit(text: string): string | null {
  const typed = text.trim();
  return typed === '' ? null : readDecimal(typed) ?? typed;
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}
