import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, OpenPeriod } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** When an alert is due. */
export type AlertThreshold =
  /** Used, in percent ("0" out, "1000" in) of what the window includes, or of included and carried (`available`). */
  | { type: 'percent'; percent: Decimal; of: 'included' | 'available' }
  /** So many sold units. */
  | { type: 'quantity'; quantity: Decimal }
  /** Included and carried run out before the window ends if it goes on like this; judged once a tenth of the window is over. */
  | { type: 'forecast' };

export interface AlertInput {
  /** Code of the meter; every usage price that counts it is watched. */
  meter: string;
  /** `of` is `available` unless told. */
  threshold: Exclude<AlertThreshold, { type: 'percent' }> | { type: 'percent'; percent: Decimal; of?: 'included' | 'available' | undefined };
  /** True unless told. */
  enabled?: boolean | undefined;
  /** Where you want it sent: handed on with each firing. Paidup sends no mail. */
  email?: string | null | undefined;
  name?: string | null | undefined;
  /** Your own name for it; each of a customer's alerts has another one. */
  reference?: string | null | undefined;
}

/** Told once per usage window of each price that counts the meter. */
export interface UsageAlert {
  id: string;
  meter: string;
  threshold: AlertThreshold;
  enabled: boolean;
  email: string | null;
  name: string | null;
  reference: string | null;
  created_at: Instant;
  changed_at: Instant;
  last_fired: { at: Instant; subscription: string; price: string; window_start: Instant; used: Decimal; limit: Decimal; percent: Decimal } | null;
  /** The usage windows in force that it watches. */
  windows: Array<{
    subscription: string;
    price: string;
    window: OpenPeriod;
    used: Decimal;
    /** What the threshold is held against; null when nothing limits it. */
    limit: Decimal | null;
    /** Used in percent of the limit, cut to two decimal places. */
    progress: Decimal | null;
    /** Whether it has fired in this window. */
    fired: boolean;
  }>;
}

/** That an alert was due in a window, with the alert as it was then. */
export interface AlertFiring {
  /** Id of the alert. */
  alert: string;
  name: string | null;
  reference: string | null;
  meter: string;
  threshold: AlertThreshold;
  email: string | null;
  subscription: string;
  price: string;
  window: OpenPeriod;
  used: Decimal;
  /** What the threshold was held against. */
  limit: Decimal;
  /** Used in percent of the limit, cut to two decimal places. */
  percent: Decimal;
  /** Of a forecast: what will have been used when the window ends. */
  projected: Decimal | null;
  fired_at: Instant;
  /** Number of the customer's change that it came with. */
  revision: number;
}

export interface AlertFiringQuery extends PageQuery {
  /** Of this alert only. */
  alert?: string | undefined;
}

export interface AlertOperations {
  /** Problems: `not_found`. */
  listAlerts(customer: string, options?: CallOptions): Promise<{ data: UsageAlert[] }>;
  /** One that is due already fires at once. Problems: `already_exists`, `invalid_request`, `not_found`. */
  createAlert(customer: string, alert: AlertInput, options?: CallOptions): Promise<UsageAlert>;
  /** Problems: `not_found`. */
  getAlert(customer: string, alert: string, options?: CallOptions): Promise<UsageAlert>;
  /** Changes what is named. In a window in which it has fired it does not fire again. Problems: `already_exists`, `invalid_request`, `not_found`. */
  updateAlert(customer: string, alert: string, changes: Partial<AlertInput>, options?: CallOptions): Promise<UsageAlert>;
  /** What it has told stays. Problems: `not_found`. */
  deleteAlert(customer: string, alert: string, options?: CallOptions): Promise<void>;
  /** A page of what alerts have told, newest first. Problems: `invalid_request`, `not_found`. */
  listAlertFirings(customer: string, query?: AlertFiringQuery, options?: CallOptions): Promise<Page<AlertFiring>>;
  /** All that alerts have told, newest first. Problems: as `listAlertFirings`. */
  alertFirings(customer: string, query?: AlertFiringQuery, options?: CallOptions): AsyncGenerator<AlertFiring, void, undefined>;
}

export function alertOperations(call: Call): AlertOperations {
  const path = (customer: string, ...rest: string[]): string[] => ['v1', 'customers', customer, 'alerts', ...rest];
  const listAlertFirings = (customer: string, query?: AlertFiringQuery, options?: CallOptions): Promise<Page<AlertFiring>> =>
    call({ method: 'GET', path: ['v1', 'customers', customer, 'alert-firings'], query: { ...query }, options });
  return {
    listAlerts: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    createAlert: (customer, alert, options) => call({ method: 'POST', path: path(customer), body: alert, options }),
    getAlert: (customer, alert, options) => call({ method: 'GET', path: path(customer, alert), options }),
    updateAlert: (customer, alert, changes, options) => call({ method: 'PATCH', path: path(customer, alert), body: changes, options }),
    deleteAlert: (customer, alert, options) => call({ method: 'DELETE', path: path(customer, alert), options }),
    listAlertFirings,
    alertFirings: (customer, query, options) => everyItem((page) => listAlertFirings(customer, { ...query, ...page }, options), query),
  };
}
