import type { Call, CallOptions } from './call.js';
import type { Decimal } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** How many billing periods a coupon covers: `once` is one. */
export type CouponDuration = 'once' | 'forever' | { periods: number };

/** Either `percent_off`, or `amount_off` with its currency. */
export interface CouponInput {
  /** The code unless told. */
  name?: string | undefined;
  /** Of every charge for a covered period, before minimum and maximum; "25" is a quarter. */
  percent_off?: Decimal | null | undefined;
  /** Of the fixed prices of each covered period, in major units, never more than they cost. */
  amount_off?: Decimal | null | undefined;
  /** Of `amount_off`. ISO 4217. */
  currency?: string | null | undefined;
  /** `once` unless told. */
  duration?: CouponDuration | undefined;
}

export interface Coupon {
  code: string;
  name: string;
  percent_off: Decimal | null;
  amount_off: Decimal | null;
  currency: string | null;
  duration: CouponDuration;
  /** True when it is given no more. */
  archived: boolean;
}

export interface CouponOperations {
  /** Defines the coupon. Problems: `invalid_request`; `already_exists` when it was defined otherwise: a coupon never changes. */
  putCoupon(code: string, coupon: CouponInput, options?: CallOptions): Promise<Coupon>;
  /** Archived or not. Problems: `not_found`. */
  getCoupon(code: string, options?: CallOptions): Promise<Coupon>;
  /** A page of the coupons that are given, by code. */
  listCoupons(query?: PageQuery, options?: CallOptions): Promise<Page<Coupon>>;
  /** Every coupon that is given, by code. */
  coupons(query?: PageQuery, options?: CallOptions): AsyncGenerator<Coupon, void, undefined>;
  /** Gives the coupon no more; who has it keeps it. Problems: `not_found`. */
  archiveCoupon(code: string, options?: CallOptions): Promise<void>;
}

export function couponOperations(call: Call): CouponOperations {
  const path = (code: string): string[] => ['v1', 'coupons', code];
  const listCoupons = (query?: PageQuery, options?: CallOptions): Promise<Page<Coupon>> => call({ method: 'GET', path: ['v1', 'coupons'], query: { ...query }, options });
  return {
    putCoupon: (code, coupon, options) => call({ method: 'PUT', path: path(code), body: coupon, options }),
    getCoupon: (code, options) => call({ method: 'GET', path: path(code), options }),
    listCoupons,
    coupons: (query, options) => everyItem((page) => listCoupons(page, options), query),
    archiveCoupon: (code, options) => call({ method: 'DELETE', path: path(code), options }),
  };
}
