/** An ISO 4217 alphabetic code that has a minor unit, in capital letters. */
export type Currency = string & { readonly currency: unique symbol };

/**
 * Codes by the number of digits of their minor unit, from ISO 4217 list one, with the few withdrawn codes
 * that old amounts may still carry (ANG, BGN, CUC, HRK, SLL, ZWL). Metals, test codes and units of account
 * without a minor unit (XAU, XDR, XTS ...) are not money here.
 */
const CODES_BY_DIGITS: ReadonlyArray<readonly [digits: number, codes: string]> = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
      'CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL ' +
      'HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU ' +
      'MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG ' +
      'SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES ' +
      'WST XAD XCD XCG YER ZAR ZMW ZWG ZWL',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

const DIGITS: ReadonlyMap<string, number> = new Map(
  CODES_BY_DIGITS.flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, digits] as const)),
);

/** The currency that `code` names in any letter case, or undefined. */
export function parseCurrency(code: string): Currency | undefined {
  const upper = code.toUpperCase();
  return DIGITS.has(upper) ? (upper as Currency) : undefined;
}

/** How many decimal places the currency's minor unit has: 2 for USD, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: Currency): number {
  const digits = DIGITS.get(currency);
  if (digits === undefined) throw new Error(`not a currency: ${currency}`);
  return digits;
}

/** Every currency that Paidup knows, in alphabetical order. */
export function currencies(): Currency[] {
  return [...DIGITS.keys()].sort() as Currency[];
}
