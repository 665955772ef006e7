/** What the billing model sells, in its own words and as the API takes it. Amounts are millionths of a euro, usage is in whole units. */
export interface ModelPlan {
  readonly code: string;
  readonly unit: 'week' | 'month' | 'year';
  readonly times: number;
  readonly isCalendar: boolean;
  readonly policy: 'by_second' | 'by_day' | 'none';
  readonly base: bigint;
  /** Null: nothing is sold by the seat. */
  readonly seat: bigint | null;
  readonly included: bigint;
  readonly each: bigint;
  /** What a window costs whatever is used in it. */
  readonly flat: bigint;
  /** The most that carries over; `all`: no cap; null: nothing carries over. */
  readonly cap: 'all' | null | { readonly units: bigint } | { readonly multiple: bigint };
  /** Usage is counted by the month, whatever the billing period. */
  readonly isMonthly: boolean;
}

const MONTH = { unit: 'month', times: 1, isCalendar: false, policy: 'by_second', flat: 0n, isMonthly: false } as const;

export const PLANS: readonly ModelPlan[] = [
  { ...MONTH, code: 'small', base: 19_990_000n, seat: 4_950_000n, included: 100n, each: 13_000n, cap: { units: 150n } },
  { ...MONTH, code: 'large', policy: 'by_day', base: 49_000_000n, seat: 8_350_000n, included: 300n, each: 7_500n, cap: { multiple: 2n } },
  { ...MONTH, code: 'plain', policy: 'none', base: 29_010_000n, seat: null, included: 50n, each: 20_000n, cap: null },
  { ...MONTH, code: 'calendar', isCalendar: true, base: 31_700_000n, seat: 6_130_000n, included: 80n, each: 11_000n, cap: 'all' },
  { ...MONTH, code: 'quarter', times: 3, base: 77_770_000n, seat: 12_340_000n, included: 400n, each: 9_900n, cap: null },
  { ...MONTH, code: 'fortnight', unit: 'week', times: 2, policy: 'by_day', base: 9_990_000n, seat: 2_220_000n, included: 30n, each: 15_500n, cap: { units: 45n } },
  { ...MONTH, code: 'year', unit: 'year', base: 480_550_000n, seat: 50_050_000n, included: 0n, each: 12_500n, flat: 1_250_000n, cap: null, isMonthly: true },
];

/** What a coupon takes off: so much percent, and so many millionths of a euro of the fixed prices of a period. */
export interface Off {
  readonly percent: bigint;
  readonly amount: bigint;
}

export interface Coupon extends Off {
  readonly code: string;
  /** How many billing periods; null for all. */
  readonly periods: number | null;
}

export const COUPONS: readonly Coupon[] = [
  { code: 'once', percent: 25n, amount: 0n, periods: 1 },
  { code: 'thrice', percent: 33n, amount: 0n, periods: 3 },
  { code: 'ever', percent: 10n, amount: 0n, periods: null },
  { code: 'free', percent: 100n, amount: 0n, periods: 2 },
  { code: 'twelve', percent: 0n, amount: 12_340_000n, periods: null },
  { code: 'forty', percent: 0n, amount: 40_000_000n, periods: 3 },
];

export const METER = { event_name: 'use', aggregation: 'sum', property: 'units' } as const;

function decimalOf(millionths: bigint): string {
  return `${millionths / 1_000_000n}.${String(millionths % 1_000_000n).padStart(6, '0')}`;
}

export function planBody(plan: ModelPlan): object {
  const { cap } = plan;
  const model = plan.flat === 0n ? { type: 'per_unit', amount: decimalOf(plan.each) } : { type: 'graduated', tiers: [{ up_to: null, unit_amount: decimalOf(plan.each), flat_amount: decimalOf(plan.flat) }] };
  const rollover = cap === null ? null : cap === 'all' ? {} : { cap: 'units' in cap ? { units: String(cap.units) } : { multiple: String(cap.multiple) } };
  return {
    currency: 'EUR', interval: { unit: plan.unit, count: plan.times }, alignment: plan.isCalendar ? 'calendar' : 'anniversary', proration: plan.policy,
    prices: [
      { code: 'base', type: 'fixed', amount: decimalOf(plan.base) },
      ...(plan.seat === null ? [] : [{ code: 'seat', type: 'fixed', amount: decimalOf(plan.seat), per_seat: true }]),
      { code: 'units', type: 'usage', meter: 'units', included: String(plan.included), model, rollover, ...(plan.isMonthly ? { window: { unit: 'month', count: 1 } } : {}) },
    ],
  };
}

export function couponBody({ percent, amount, periods }: Coupon): object {
  const off = amount === 0n ? { percent_off: String(percent) } : { amount_off: decimalOf(amount).slice(0, -4), currency: 'EUR' };
  return { ...off, duration: periods === null ? 'forever' : { periods } };
}
