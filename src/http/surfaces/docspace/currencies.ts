import type { Currency } from '../../../core/currency.js';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { docspaceText } from './metadata.js';
import { isInCatalogue } from './plan.js';

/** A region that prices are shown for: contracts/docspace.md section 5.6. */
export interface CurrencyRegion {
  readonly isoCountryCode: string;
  readonly isoCurrencySymbol: string;
  /** In the region's own language. */
  readonly currencyNativeName: string;
}

interface Region {
  readonly country: string;
  readonly currency: Currency;
}

/** The vendor shows every country of the European Union as one region, Spain, with the euro. */
const EUROPEAN_UNION = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '));
const EURO_REGION = { country: 'ES', currency: 'EUR' };
/** Of the default region, the United States, as long as anything is sold in it. */
const DEFAULT_CURRENCY = 'USD';

/**
 * The default region, and that of the request when it is another one and something is sold in its currency: the
 * country asked for, else the portal's own.
 */
export function toCurrencies(state: BillingState, plans: readonly Plan[], country: string | undefined): CurrencyRegion[] {
  const sold = soldCurrencies(plans);
  const first = defaultRegion(sold);
  if (first === undefined) return [];
  const asked = country ?? docspaceText(state.customer.metadata, 'country')?.toUpperCase();
  const second = asked === undefined ? undefined : regionOf(asked, sold);
  return (second === undefined || second.country === first.country ? [first] : [first, second]).map(toCurrencyRegion);
}

/** Currencies of the plans in the catalogue of this surface; of all plans where none is made for it. */
function soldCurrencies(plans: readonly Plan[]): Currency[] {
  const own = plans.filter(isInCatalogue);
  return [...new Set((own.length > 0 ? own : plans).map((plan) => plan.currency))].sort();
}

function defaultRegion(sold: readonly Currency[]): Region | undefined {
  const usual = sold.find((currency) => currency === DEFAULT_CURRENCY) ?? sold[0];
  return usual === undefined ? undefined : { country: countryOf(usual), currency: usual };
}

/** The region that a country belongs to, if something is sold in its currency. */
function regionOf(country: string, sold: readonly Currency[]): Region | undefined {
  const isUnion = EUROPEAN_UNION.has(country);
  // A national currency's code begins with its country's (ISO 4217).
  const currency = sold.find((code) => (isUnion ? code === EURO_REGION.currency : code.slice(0, 2) === country));
  return currency === undefined ? undefined : { country: isUnion ? EURO_REGION.country : country, currency };
}

function countryOf(currency: Currency): string {
  return currency === EURO_REGION.currency ? EURO_REGION.country : currency.slice(0, 2);
}

function toCurrencyRegion({ country, currency }: Region): CurrencyRegion {
  const locale = new Intl.Locale(`und-${country}`).maximize();
  const name = new Intl.DisplayNames([locale], { type: 'currency' }).of(currency);
  return { isoCountryCode: country, isoCurrencySymbol: currency, currencyNativeName: name ?? currency };
}
