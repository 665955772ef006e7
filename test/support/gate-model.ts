/**
 * What a gate has to say of one feature, in plain numbers: one price that counts by the day, one override, holds, and for
 * one plan a wallet. Money is in dimes. It shares no code with the engine.
 */
export interface ModelGatePlan {
  readonly code: string;
  readonly included: number;
  /** Whether more than is included is sold. */
  readonly isSoft: boolean;
  /** Dimes that a unit beyond costs; null: nothing. */
  readonly each: number;
  /** Dimes that the day may cost. */
  readonly cap: number | null;
  readonly isFromWallet: boolean;
}

export interface ModelHold {
  readonly id: string;
  readonly quantity: number;
  readonly dimes: number;
  expiresAt: number;
}

export interface ModelOverride {
  readonly way: 'replace' | 'add' | 'max' | 'deny';
  readonly limit: number | 'unlimited';
  readonly expiresAt: number;
}

export const DAY_MS = 86_400_000;

export class GateModel {
  now: number;
  used = 0;
  /** Dimes in the wallet, without what today has cost. */
  balance = 0;
  holds: ModelHold[] = [];
  #override: ModelOverride | null = null;
  /** Beginning of the present day of counting. */
  #dayStart: number;

  constructor(
    start: number,
    public plan: ModelGatePlan,
  ) {
    this.now = start;
    this.#dayStart = start;
  }

  copy(): GateModel {
    const other = new GateModel(this.#dayStart, this.plan);
    other.now = this.now;
    other.used = this.used;
    other.balance = this.balance;
    other.holds = this.holds.map((hold) => ({ ...hold }));
    other.override = this.override;
    return other;
  }

  set override(override: ModelOverride | null) {
    this.#override = override;
  }

  get override(): ModelOverride | null {
    return this.#override !== null && this.#override.expiresAt > this.now ? this.#override : null;
  }

  get turnsAt(): number {
    return this.#dayStart + DAY_MS;
  }

  advance(to: number): void {
    while (this.turnsAt <= to) {
      if (this.plan.isFromWallet) this.balance -= this.#cost(this.used);
      this.used = 0;
      this.#dayStart += DAY_MS;
    }
    this.now = to;
    this.holds = this.holds.filter(({ expiresAt }) => expiresAt > to);
  }

  get held(): number {
    return this.holds.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  get isDenied(): boolean {
    return this.override?.way === 'deny';
  }

  get limit(): number | 'unlimited' {
    const { override, plan } = this;
    if (override === null) return plan.included;
    if (override.way === 'deny') return 0;
    if (override.way === 'replace' || override.limit === 'unlimited') return override.limit;
    return override.way === 'add' ? plan.included + override.limit : Math.max(plan.included, override.limit);
  }

  get remaining(): number | null {
    return this.limit === 'unlimited' ? null : Math.max(0, this.limit - this.used - this.held);
  }

  #cost(units: number): number {
    return Math.max(0, units - this.plan.included) * this.plan.each;
  }

  /** What is not spoken for, in dimes; what is held costs what it would cost by now, if that is more than was set aside. */
  get available(): number {
    if (!this.plan.isFromWallet) return this.balance;
    const aside = this.holds.reduce((sum, { dimes }) => sum + dimes, 0);
    return this.balance - this.#cost(this.used) - Math.max(aside, this.#cost(this.used + this.held) - this.#cost(this.used));
  }

  /** What a use costs on top of all that is used and held. */
  costOf(quantity: number): number {
    const spoken = this.used + this.held;
    return this.#cost(spoken + quantity) - this.#cost(spoken);
  }

  allows(quantity: number): boolean {
    const { plan, limit } = this;
    if (this.isDenied) return false;
    const after = this.used + this.held + quantity;
    const isHard = !plan.isSoft || this.override?.way === 'replace';
    if (isHard && limit !== 'unlimited' && after > limit) return false;
    if (plan.cap !== null && this.#cost(after) > plan.cap) return false;
    return !plan.isFromWallet || this.costOf(quantity) === 0 || this.costOf(quantity) <= this.available;
  }

  /** The largest part of it that is allowed. */
  partOf(quantity: number): number {
    let part = quantity;
    while (part > 0 && !this.allows(part)) part -= 1;
    return part;
  }

  /** What its use takes from the wallet. */
  asideFor(quantity: number): number {
    return this.plan.isFromWallet ? this.costOf(quantity) : 0;
  }

  /** Whether it may be settled for so much. As much as is held always; more, as if it were not held. */
  settles(hold: ModelHold, quantity: number): boolean {
    if (quantity <= hold.quantity) return true;
    const without = this.copy();
    without.holds = without.holds.filter(({ id }) => id !== hold.id);
    return without.allows(quantity);
  }

  /** The first moment from now at which so much is allowed by the clock alone; null when there is none. */
  liftsAt(quantity: number): number | null {
    const moments = [this.turnsAt, ...this.holds.map(({ expiresAt }) => expiresAt), ...(this.override === null ? [] : [this.override.expiresAt])];
    const coming = moments.filter((moment) => moment > this.now && moment < Infinity).sort((left, right) => left - right);
    return coming.find((moment) => this.at(moment).allows(quantity)) ?? null;
  }

  at(moment: number): GateModel {
    const later = this.copy();
    later.advance(moment);
    return later;
  }
}
