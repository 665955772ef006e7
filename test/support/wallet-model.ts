/**
 * What a wallet should come to, by rules of its own: whole minor units, millionths of a major unit where usage is exact,
 * milliseconds in UTC, and nothing from src. Time goes on in it step by step: each thing falls due at its own moment.
 */
export const MICRO = 1_000_000n;
const DAY_MS = 86_400_000;

/** A price by the unit, paid from the wallet. Its windows are days, or months counted from the start. */
export interface ModelPrice {
  readonly event: string;
  readonly micro: bigint;
  readonly isDaily: boolean;
}

/** Fixed prices are for a month: `base` on an invoice, `each` times the quantity from the wallet. */
export interface ModelPlan {
  readonly code: string;
  readonly prices: readonly ModelPrice[];
  readonly base: bigint;
  readonly each: bigint;
}

interface Credit {
  readonly kind: string;
  readonly priority: number;
  readonly expiresAt: number;
  readonly order: number;
  left: bigint;
}

interface Window {
  readonly event: string;
  readonly from: number;
  readonly to: number;
  used: bigint;
  /** What it had counted when it was posted; null when it never was. */
  posted: bigint | null;
}

export interface ModelSubscription {
  readonly id: string;
  readonly startsAt: number;
  phases: Array<{ readonly from: number; readonly plan: ModelPlan; readonly quantity: bigint }>;
  endsAt: number;
  readonly windows: Window[];
  /** The last moment at which something of it was posted or invoiced. */
  cursor: number;
}

interface Hold {
  readonly id: string;
  readonly amount: bigint;
  expiresAt: number;
}

export interface ModelTopUp {
  isEnabled: boolean;
  readonly min: bigint;
  readonly upTo: bigint;
  readonly ceiling: bigint;
  switchedOff: string | null;
}

export type Account = 'wallet' | 'provider' | 'promotion' | 'adjustment' | 'breakage' | 'revenue' | 'receivable';

const HOUR_MS = 3_600_000;

/** Half away from zero. */
function rounded(micro: bigint, unit: bigint): bigint {
  const [sign, size] = micro < 0n ? [-1n, -micro] : [1n, micro];
  return (sign * (size + unit / 2n)) / unit;
}

/** Months from `start`, which lies before the 29th of its month. */
function monthAfter(start: number, count: number): number {
  const date = new Date(start);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.getTime();
}

export class WalletModel {
  readonly #unit: bigint;
  #now: number;
  #orders = 0;
  balance = 0n;
  credits: Credit[] = [];
  holds: Hold[] = [];
  readonly subscriptions: ModelSubscription[] = [];
  readonly ledger = new Map<Account, bigint>();
  topUp: ModelTopUp | null = null;
  card: string | null = null;
  /** The automatic top-up under way. */
  charging: { readonly at: number; readonly amount: bigint } | null = null;
  #charged: Array<{ readonly at: number; readonly amount: bigint }> = [];
  #declinedAt = Number.NEGATIVE_INFINITY;
  /** Something fell due that nobody may have written down yet. */
  isBehind = false;

  constructor(digits: number, now: number) {
    this.#unit = 10n ** BigInt(6 - digits);
    this.#now = now;
  }

  // --- What is asked of it ------------------------------------------------------------------------------------

  get held(): bigint {
    return this.holds.reduce((sum, hold) => sum + hold.amount, 0n);
  }

  get accrued(): bigint {
    return this.#windows().reduce((sum, { one, window }) => sum + this.#due(one, window, this.#now), 0n);
  }

  get available(): bigint {
    return this.balance - this.held - this.accrued;
  }

  /** In millionths: only what has closed is rounded. */
  get exactlyAvailable(): bigint {
    const open = this.#windows().map(({ one, window }) => {
      if (window.to <= this.#now) return this.#due(one, window, this.#now) * this.#unit;
      return this.#micro(one, window, window.used, this.#now);
    });
    return (this.balance - this.held) * this.#unit - open.reduce((sum, micro) => sum + micro, 0n);
  }

  creditsByTerms(): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { kind, priority, expiresAt, left } of this.credits) {
      const key = `${kind} ${priority} ${expiresAt}`;
      sums.set(key, (sums.get(key) ?? 0n) + left);
    }
    return sums;
  }

  statusOf({ startsAt, endsAt }: ModelSubscription): string {
    return startsAt <= this.#now && this.#now < endsAt ? 'active' : 'canceled';
  }

  // --- Money ---------------------------------------------------------------------------------------------------

  #post(account: Account, amount: bigint): void {
    this.balance += amount;
    this.ledger.set('wallet', (this.ledger.get('wallet') ?? 0n) + amount);
    this.ledger.set(account, (this.ledger.get(account) ?? 0n) - amount);
  }

  receive(from: Account, amount: bigint, terms: { kind?: string; priority?: number; expiresAt?: number } = {}): void {
    const debt = this.credits.reduce((sum, credit) => sum + credit.left, 0n) - this.balance;
    this.#post(from, amount);
    const { kind = 'purchased', priority = 50, expiresAt = Infinity } = terms;
    if (amount > debt) this.credits.push({ kind, priority, expiresAt, order: (this.#orders += 1), left: amount - debt });
  }

  spend(to: Account, amount: bigint): void {
    this.#post(to, -amount);
    for (const [credit, used] of this.#burnt(this.credits, amount)) credit.left -= used;
    this.credits = this.credits.filter(({ left }) => left > 0n);
  }

  #burnt(credits: readonly Credit[], amount: bigint): Map<Credit, bigint> {
    const sorted = [...credits].sort((a, b) => a.priority - b.priority || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) || (a.expiresAt === b.expiresAt ? a.order - b.order : a.expiresAt - b.expiresAt));
    const taken = new Map<Credit, bigint>();
    let left = amount;
    for (const credit of sorted) {
      const used = left < credit.left ? left : credit.left;
      taken.set(credit, used);
      left -= used;
    }
    return taken;
  }

  /** What usage has used up of it stays, to be used up first. */
  #expire(credit: Credit): void {
    const spoken = this.#burnt(this.credits, this.accrued).get(credit) ?? 0n;
    const lost = credit.left - spoken;
    this.#post(credit.kind === 'granted' ? 'promotion' : 'breakage', -lost);
    const rest = spoken === 0n ? [] : [{ ...credit, left: spoken, priority: -1, expiresAt: Infinity }];
    this.credits = [...this.credits.filter((other) => other !== credit), ...rest];
  }

  // --- Usage ---------------------------------------------------------------------------------------------------

  #windows(): Array<{ one: ModelSubscription; window: Window }> {
    return this.subscriptions.flatMap((one) => one.windows.map((window) => ({ one, window })));
  }

  planAt(one: ModelSubscription, at: number): { plan: ModelPlan; quantity: bigint } {
    return one.phases.findLast((phase) => phase.from <= at) ?? (one.phases[0] as (typeof one.phases)[0]);
  }

  /** By the terms at `at`, once it has closed by those just before. */
  #micro(one: ModelSubscription, window: Window, used: bigint, at: number): bigint {
    const price = this.planAt(one, Math.min(Math.max(at, window.from), window.to - 1)).plan.prices.find(({ event }) => event === window.event);
    return used * (price?.micro ?? 0n);
  }

  #due(one: ModelSubscription, window: Window, at: number): bigint {
    const cost = (used: bigint): bigint => rounded(this.#micro(one, window, used, at), this.#unit);
    return cost(window.used) - (window.posted === null ? 0n : cost(window.posted));
  }

  /** True when it counted somewhere. What happened in a window that has closed is posted at once where nothing came after. */
  use(name: string, used: bigint, at: number): boolean {
    let isCounted = false;
    for (const one of this.subscriptions.filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt)) {
      const price = this.planAt(one, at).plan.prices.find(({ event }) => event === name);
      if (price === undefined) continue;
      isCounted = true;
      const span = this.#spanOf(one, price, at);
      let window = one.windows.find(({ event, from }) => event === name && from === span.from);
      if (window === undefined) one.windows.push((window = { event: name, ...span, used: 0n, posted: null }));
      window.used += used;
    }
    return isCounted;
  }

  /** After a batch of events: what it made due in the past. */
  catchUp(): void {
    this.advance(this.#now);
  }

  #spanOf(one: ModelSubscription, price: ModelPrice, at: number): { from: number; to: number } {
    if (price.isDaily) {
      const from = one.startsAt + Math.floor((at - one.startsAt) / DAY_MS) * DAY_MS;
      return { from, to: Math.min(from + DAY_MS, one.endsAt) };
    }
    const index = this.#turnIndex(one, at);
    return { from: monthAfter(one.startsAt, index), to: Math.min(monthAfter(one.startsAt, index + 1), one.endsAt) };
  }

  #turnIndex({ startsAt }: ModelSubscription, at: number): number {
    let index = 0;
    while (monthAfter(startsAt, index + 1) <= at) index += 1;
    return index;
  }

  /** The first turn after a moment. */
  turnAfter(one: ModelSubscription, at: number): number {
    return monthAfter(one.startsAt, this.#turnIndex(one, at) + 1);
  }

  // --- Subscriptions -------------------------------------------------------------------------------------------

  /** False where the wallet cannot pay for it. */
  subscribe(id: string, plan: ModelPlan, quantity: bigint): boolean {
    const cost = rounded(plan.each * quantity, this.#unit);
    if (cost > 0n && cost > this.available) return false;
    const one: ModelSubscription = { id, startsAt: this.#now, phases: [{ from: this.#now, plan, quantity }], endsAt: Infinity, windows: [], cursor: Number.NEGATIVE_INFINITY };
    this.subscriptions.push(one);
    this.#buy(one, this.#now, cost);
    return true;
  }

  change(one: ModelSubscription, from: number, next: { plan: ModelPlan; quantity: bigint }): void {
    one.phases = [...one.phases.filter((phase) => phase.from < from), { from, ...next }];
  }

  cancel(one: ModelSubscription): void {
    this.#end(one, this.#now);
    this.advance(this.#now);
  }

  #end(one: ModelSubscription, at: number): void {
    one.endsAt = at;
    for (const [index, window] of one.windows.entries()) if (window.to > at) one.windows[index] = { ...window, to: at };
  }

  #buy(one: ModelSubscription, at: number, cost: bigint): void {
    const { plan } = this.planAt(one, at);
    if (cost > 0n) {
      this.spend('revenue', cost);
      one.cursor = at;
    }
    if (plan.base === 0n) return;
    const base = plan.base / this.#unit;
    const { available } = this;
    const paid = available <= 0n ? 0n : available < base ? available : base;
    this.ledger.set('revenue', (this.ledger.get('revenue') ?? 0n) + base);
    this.ledger.set('receivable', (this.ledger.get('receivable') ?? 0n) - base);
    if (paid > 0n) this.spend('receivable', paid);
    one.cursor = at;
  }

  // --- Time ----------------------------------------------------------------------------------------------------

  #nextDue(one: ModelSubscription): number {
    const late = one.windows.some((window) => window.to <= one.cursor && this.#due(one, window, window.to) !== 0n) ? this.turnAfter(one, one.cursor) : Infinity;
    const closing = one.windows.filter((window) => window.to > one.cursor && this.#due(one, window, window.to) !== 0n).map(({ to }) => to);
    const turn = this.turnAfter(one, Math.max(one.cursor, one.startsAt, this.#turned.get(one) ?? 0));
    return Math.min(late, ...closing, turn < one.endsAt ? turn : Infinity);
  }

  /** The last turn of each that was looked at; one that brings nothing moves no cursor. */
  readonly #turned = new Map<ModelSubscription, number>();

  /** Lets everything fall due up to and at `to`, in order. */
  advance(to: number): void {
    for (;;) {
      const dates = this.subscriptions.map((one) => this.#nextDue(one));
      const date = Math.min(...dates);
      const expiring = this.#burnOrder().find(({ expiresAt }) => expiresAt === Math.min(...this.credits.map((credit) => credit.expiresAt)));
      if (expiring !== undefined && expiring.expiresAt <= Math.min(to, date)) {
        this.#pass(expiring.expiresAt);
        this.#expire(expiring);
        this.isBehind = true;
      } else if (date <= to) {
        this.#pass(date);
        this.#step(this.subscriptions[dates.indexOf(date)] as ModelSubscription, date);
      } else break;
    }
    this.#pass(to);
  }

  #burnOrder(): Credit[] {
    return [...this.#burnt(this.credits, 0n).keys()];
  }

  #pass(at: number): void {
    this.#now = Math.max(this.#now, at);
    this.holds = this.holds.filter(({ expiresAt }) => expiresAt > this.#now);
  }

  #step(one: ModelSubscription, date: number): void {
    const isTurn = date < one.endsAt && date === this.turnAfter(one, date - 1) && date > (this.#turned.get(one) ?? 0);
    const { plan, quantity } = this.planAt(one, date);
    let cost = isTurn ? rounded(plan.each * quantity, this.#unit) : 0n;
    if (isTurn && cost > 0n && cost > this.available) {
      this.#end(one, date);
      cost = 0n;
      this.isBehind = true;
    }
    const late = one.windows.filter((window) => window.to <= one.cursor);
    const closed = one.windows.filter((window) => window.to > one.cursor && window.to <= date);
    const isLateDue = date === this.turnAfter(one, one.cursor);
    const isOwn = cost > 0n || closed.some((window) => this.#due(one, window, window.to) !== 0n);
    const isBilled = isTurn && plan.base > 0n && date < one.endsAt;
    const sum = [...closed, ...late].reduce((total, window) => total + this.#due(one, window, window.to), 0n);
    if (isOwn || (isLateDue && late.some((window) => this.#due(one, window, window.to) !== 0n))) {
      for (const window of [...closed, ...late]) window.posted = window.used;
      this.spend('revenue', sum);
      one.cursor = date;
      this.isBehind = true;
    }
    if (isTurn) this.#turned.set(one, date);
    if (isBilled || cost > 0n) this.isBehind = true;
    if (isTurn && date < one.endsAt) this.#buy(one, date, cost);
  }

  // --- Automatic top-up ----------------------------------------------------------------------------------------

  /** What is to be charged now. */
  decide(): bigint | null {
    const { topUp } = this;
    if (topUp?.isEnabled !== true || this.charging !== null || this.card === null) return null;
    const exact = this.exactlyAvailable;
    if (exact >= topUp.min * MICRO || this.#now < this.#declinedAt + HOUR_MS) return null;
    const charge = (topUp.upTo * MICRO) / this.#unit - exact / this.#unit;
    const dayStart = Math.floor(this.#now / DAY_MS) * DAY_MS;
    const spent = this.#charged.filter(({ at }) => at >= dayStart).reduce((sum, { amount }) => sum + amount, 0n);
    return (spent + charge) * this.#unit > topUp.ceiling * MICRO ? null : charge;
  }

  request(amount: bigint): void {
    this.charging = { at: this.#now, amount };
    this.#charged.push(this.charging);
  }

  answer(declined: string | null): void {
    const { charging } = this;
    if (charging === null) return;
    this.charging = null;
    if (declined === null) return this.receive('provider', charging.amount);
    this.#charged = this.#charged.filter((one) => one !== charging);
    this.#declinedAt = this.#now;
    if (this.topUp !== null) Object.assign(this.topUp, { isEnabled: false, switchedOff: declined });
  }

  setCard(card: string | null): void {
    this.card = card;
    this.#declinedAt = Number.NEGATIVE_INFINITY;
  }
}
