import type { AlertFiring, AlertThreshold, LastFiring, UsageAlert } from './alert.js';
import { add, decimal, decimalText, divide, isPositive, multiply, type Decimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { forecastFrom, projectedUse, rateAt } from './forecast.js';
import { FOREVER, type Instant } from './instant.js';
import { usagePrices } from './plan.js';
import { isServing, phaseAt, usageWindowAt, type Subscription } from './subscription.js';
import { servingUsage, type PriceUsage } from './usage.js';

export type AlertFacts = Pick<CustomerFacts, 'alerts' | 'firings' | 'subscriptions' | 'windows'>;

const HUNDRED = decimal(100);

/**
 * The firings that are due at `at`, in the order of the alerts: of each alert that is switched on, the usage windows in
 * force whose price counts its meter, where the threshold is reached (exactly reached is reached) and the alert has not
 * fired yet. What happens in a window later (other terms, another threshold, late usage) does not make it fire again.
 */
export function decideAlerts(facts: AlertFacts, at: Instant): AlertFiring[] {
  if (!facts.alerts.some(({ isEnabled }) => isEnabled)) return [];
  const usage = servingUsage(facts, at);
  return facts.alerts
    .filter(({ isEnabled }) => isEnabled)
    .flatMap((alert) => watched(alert, usage).filter((one) => isReached(alert.threshold, one, at) && !hasFired(facts.firings, placeOf(alert, one))).map((one) => firing(alert, one, at)));
}

/** Whether use in the windows `counted` could make an alert fire, now or when they begin: asked before what they hold is known. */
export function mayFire({ alerts, firings, subscriptions }: Omit<AlertFacts, 'windows'>, counted: ReadonlyArray<{ readonly startsAt: Instant }>, at: Instant): boolean {
  const enabled = alerts.filter(({ isEnabled }) => isEnabled);
  if (enabled.length === 0 || counted.length === 0) return false;
  if (counted.some(({ startsAt }) => startsAt > at)) return true;
  return subscriptions
    .filter((subscription) => isServing(subscription, at))
    .some((subscription) =>
      usagePrices(phaseAt(subscription, at).plan).some((price) => {
        const { startsAt } = usageWindowAt(subscription, price, at);
        return enabled.some(({ id, meter }) => meter === price.meter.code && !hasFired(firings, { alertId: id, subscriptionId: subscription.id, priceCode: price.code, windowStartsAt: startsAt }));
      }),
    );
}

/**
 * When an alert falls due by the clock alone, `at` when one is due now, FOREVER when none will: a forecast once a tenth
 * of its window is over; a window that was counted in before it began; terms that begin in the middle of a window.
 */
export function nextAlertAt(facts: AlertFacts, at: Instant): Instant {
  if (!facts.alerts.some(({ isEnabled }) => isEnabled)) return FOREVER;
  const begins = [...facts.windows.map(({ startsAt }) => startsAt), ...facts.subscriptions.flatMap(({ phases }) => phases.map(({ startsAt }) => startsAt))];
  const bases = [at, ...begins.filter((moment) => moment > at)];
  const hasForecast = facts.alerts.some(({ isEnabled, threshold }) => isEnabled && threshold.type === 'forecast');
  const moments = hasForecast ? bases.flatMap((moment) => [moment, ...forecastMoments(facts.subscriptions, moment)]) : bases;
  return [...new Set(moments)].sort((left, right) => left - right).find((moment) => decideAlerts(facts, moment).length > 0) ?? FOREVER;
}

/** When the windows in force at `at` are a tenth over, where that lies ahead. */
function forecastMoments(subscriptions: readonly Subscription[], at: Instant): Instant[] {
  return subscriptions
    .filter((subscription) => isServing(subscription, at))
    .flatMap((subscription) => usagePrices(phaseAt(subscription, at).plan).map((price) => forecastFrom(usageWindowAt(subscription, price, at))))
    .filter((moment) => moment > at && moment !== FOREVER);
}

/** How an alert stands. */
export interface AlertState {
  readonly alert: UsageAlert;
  readonly lastFiring: LastFiring | null;
  readonly windows: ReadonlyArray<{
    readonly usage: PriceUsage;
    /** What the threshold is held against; null when nothing limits it. */
    readonly limit: Decimal | null;
    /** Used in percent of the limit, cut to two decimal places; null without a limit above zero. */
    readonly percent: Decimal | null;
    readonly hasFired: boolean;
  }>;
}

/** How each alert stands in the usage windows in force. */
export function alertStates({ alerts, firings }: Pick<AlertFacts, 'alerts' | 'firings'>, usage: readonly PriceUsage[]): AlertState[] {
  return alerts.map((alert) => {
    const own = firings.filter(({ alertId }) => alertId === alert.id);
    return {
      alert,
      lastFiring: own.reduce<LastFiring | null>((last, one) => (last === null || one.madeAt > last.madeAt ? one : last), null),
      windows: watched(alert, usage).map((one) => {
        const limit = limitOf(alert.threshold, one);
        return { usage: one, limit, percent: percentUsed(one.figures.used, limit), hasFired: hasFired(own, placeOf(alert, one)) };
      }),
    };
  });
}

function watched({ meter }: UsageAlert, usage: readonly PriceUsage[]): PriceUsage[] {
  return usage.filter(({ price }) => price.meter.code === meter);
}

type Place = Pick<LastFiring, 'alertId' | 'subscriptionId' | 'priceCode' | 'windowStartsAt'>;

function placeOf({ id }: UsageAlert, { subscription, price, window }: PriceUsage): Place {
  return { alertId: id, subscriptionId: subscription.id, priceCode: price.code, windowStartsAt: window.startsAt };
}

/** Only the newest window that fired is known; an older one had its time. */
function hasFired(firings: readonly LastFiring[], { alertId, subscriptionId, priceCode, windowStartsAt }: Place): boolean {
  return firings.some((one) => one.alertId === alertId && one.subscriptionId === subscriptionId && one.priceCode === priceCode && one.windowStartsAt >= windowStartsAt);
}

/** What the threshold is held against; null when the price limits nothing. */
function limitOf(threshold: AlertThreshold, { figures }: PriceUsage): Decimal | null {
  switch (threshold.type) {
    case 'quantity':
      return decimal(threshold.quantity);
    case 'percent':
      if (threshold.of === 'included') return figures.included;
      return figures.included === null ? null : add(figures.included, figures.carried);
    case 'forecast':
      return figures.included === null ? null : add(figures.included, figures.carried);
  }
}

function isReached(threshold: AlertThreshold, usage: PriceUsage, at: Instant): boolean {
  const limit = limitOf(threshold, usage);
  // Of nothing there is no part that could be used.
  if (limit === null || !isPositive(limit)) return false;
  const { used } = usage.figures;
  switch (threshold.type) {
    case 'quantity':
      return used.gte(limit);
    case 'percent':
      return multiply(used, HUNDRED).gte(multiply(limit, decimal(threshold.percent)));
    case 'forecast': {
      const rate = rateAt(usage, at);
      // Used up exactly when the window ends is not used up before.
      return rate !== null && multiply(used, rate.length).gt(multiply(limit, rate.elapsed));
    }
  }
}

function percentUsed(used: Decimal, limit: Decimal | null): Decimal | null {
  return limit === null || !isPositive(limit) ? null : divide({ dividend: multiply(used, HUNDRED), divisor: limit, scale: 2, rounding: 'toward_zero' });
}

function firing(alert: UsageAlert, usage: PriceUsage, at: Instant): AlertFiring {
  const { meter, threshold, email, name, reference } = alert;
  const { figures, window } = usage;
  const limit = limitOf(threshold, usage);
  const percent = percentUsed(figures.used, limit);
  const projected = threshold.type === 'forecast' ? projectedUse(usage, at) : null;
  if (limit === null || percent === null) throw new Error('an alert without a limit does not fire');
  return {
    ...placeOf(alert, usage),
    windowEndsAt: window.endsAt === FOREVER ? null : window.endsAt,
    madeAt: at,
    meter,
    threshold,
    email,
    name,
    reference,
    used: decimalText(figures.used),
    limit: decimalText(limit),
    percent: decimalText(percent),
    projected: projected === null ? null : decimalText(projected),
  };
}
