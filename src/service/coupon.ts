import { parseCoupon, type CouponDefinition, type CouponTerms } from '../core/coupon.js';
import { checkCode } from '../core/name.js';
import { Refusal, invalidInput, notFound, type InputError } from '../core/problems.js';
import { archiveCoupon as archiveCouponRow, insertCoupon, selectCoupons, type StoredCoupon } from '../store/coupon.js';
import type { Queryable } from '../store/database.js';
import type { Engine, Unit } from './engine.js';

/** A coupon of the catalog. */
export interface Coupon {
  readonly terms: CouponTerms;
  readonly isArchived: boolean;
}

/** Defines a coupon. It never changes: what was promised stays. @throws Refusal `invalid_request`, `already_exists` when it says otherwise. */
export async function putCoupon(unit: Unit, input: { code: string; definition: CouponDefinition }): Promise<Coupon> {
  const errors: InputError[] = [];
  checkCode(input.code, '/code', errors);
  if (errors.length > 0) throw invalidInput(errors);
  const terms = parseCoupon(input.code, input.definition);
  const isNew = await insertCoupon(unit.transaction, input, unit.at);
  if (isNew) return { terms, isArchived: false };
  const [kept] = await selectCoupons(unit.transaction, input.code);
  if (kept === undefined || JSON.stringify(toCoupon(kept).terms) !== JSON.stringify(terms)) {
    throw new Refusal('already_exists', `The coupon "${input.code}" says something else, and a coupon never changes. Define another code, and archive this one.`);
  }
  return toCoupon(kept);
}

/** @throws Refusal `not_found`. */
export async function getCoupon(engine: Engine, code: string, queryable: Queryable = engine.database): Promise<Coupon> {
  const [kept] = await selectCoupons(queryable, code);
  if (kept === undefined) throw notFound('coupon', code);
  return toCoupon(kept);
}

export async function listCoupons(engine: Engine): Promise<Coupon[]> {
  return (await selectCoupons(engine.database, null)).map(toCoupon).filter((coupon) => !coupon.isArchived);
}

/** Nobody gets it any more; who has it keeps it. @throws Refusal `not_found`. */
export async function archiveCoupon(engine: Engine, unit: Unit, code: string): Promise<void> {
  await getCoupon(engine, code, unit.transaction);
  await archiveCouponRow(unit.transaction, code, unit.at);
}

function toCoupon({ code, definition, isArchived }: StoredCoupon): Coupon {
  return { terms: parseCoupon(code, definition), isArchived };
}
