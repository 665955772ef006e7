import type { Money as Amount } from '@paidup/sdk';
import type { ReactElement } from 'react';
import styles from './money.module.css';

/** Intl takes decimal text to the last digit; the types know numbers first. */
type DecimalText = `${number}`;

/** An amount in the reader's locale. Every digit that came is shown: a rate of 0.0007 stays one. */
export function formatMoney({ amount, currency }: Amount, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  const given = amount.split('.')[1]?.length ?? 0;
  if (given <= digits) return format.format(amount as DecimalText);
  return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', maximumFractionDigits: Math.min(given, 20) }).format(amount as DecimalText);
}

/** Whether an amount is below zero; its text decides, not a float. */
export function isNegative(decimal: string): boolean {
  return decimal.startsWith('-') && /[1-9]/.test(decimal);
}

export function isZero(decimal: string): boolean {
  return !/[1-9]/.test(decimal);
}

/** An amount of money. The currency's code stands beside a symbol that several currencies share. */
export function Money({ value, withCode = false }: { value: Amount; withCode?: boolean }): ReactElement {
  return (
    <span className={styles.money} data-money={`${value.amount} ${value.currency}`}>
      {formatMoney(value)}
      {withCode && ` ${value.currency}`}
    </span>
  );
}
