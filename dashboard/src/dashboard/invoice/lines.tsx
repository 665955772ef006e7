import type { InvoiceLine, InvoiceTotals } from '@paidup/sdk';
import type { ReactElement, ReactNode } from 'react';
import { Explain, Unfolding } from '../../part/explain.js';
import { Span } from '../../part/instant.js';
import { formatMoney, isZero, Money } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { EventsLink } from '../customer/why.js';
import styles from './lines.module.css';

const KINDS: Record<InvoiceLine['kind'], string> = {
  fixed: 'Fixed', proration: 'Part of a period', usage: 'Usage', adjustment: 'Late usage', minimum: 'Minimum', maximum: 'Maximum', discount: 'Discount',
};

interface LinesProps {
  invoice: InvoiceTotals;
  /** The table's name. */
  caption: string;
  /** Rows below the total: what was paid, what is open. */
  more?: ReactNode;
  /** `due`: whether what is due is said after the total. */
  due?: boolean;
}

/** Every line of an invoice with its explanation unfolding, then subtotal, taxes and total. */
export function Lines({ invoice, caption, more, due = true }: LinesProps): ReactElement {
  const { lines, subtotal, taxes, total, wallet_credit: walletCredit, amount_due: amountDue } = invoice;
  return (
    <div className={styles.frame}>
      <table className={styles.lines}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col" className={styles.wide}>
              Quantity
            </th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <Line key={index} line={line} />
          ))}
        </tbody>
        <tfoot>
          <Sum name="Subtotal" value={formatMoney(subtotal)} />
          {taxes.map(({ name, percent, inclusive, amount, explanation }) => (
            <Sum key={name} name={`${name} ${percent} %${inclusive ? ', in the prices' : ''}`} value={formatMoney(amount)} note={explanation} />
          ))}
          <Sum name="Total" value={formatMoney(total)} isStrong />
          {!isZero(walletCredit.amount) && <Sum name="From the wallet" value={formatMoney(walletCredit)} />}
          {more}
          {due && !isZero(walletCredit.amount) && <Sum name="Due" value={formatMoney(amountDue)} isStrong />}
        </tfoot>
      </table>
    </div>
  );
}

/** A row below the lines. */
export function Sum({ name, value, isStrong = false, note }: { name: string; value: string; isStrong?: boolean; note?: string | undefined }): ReactElement {
  return (
    <tr className={isStrong ? styles.strong : undefined}>
      <th scope="row" colSpan={1}>
        {name}
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </th>
      <td className={styles.wide} />
      <td>{value}</td>
    </tr>
  );
}

function Line({ line }: { line: InvoiceLine }): ReactElement {
  const { kind, description, period, quantity, unit_amount: unitAmount, amount, explanation } = line;
  const count = (
    <>
      {formatQuantity(quantity)}
      {unitAmount !== null && <span className={styles.unit}> × {formatMoney({ amount: unitAmount, currency: amount.currency })}</span>}
    </>
  );
  const words = (
    <span className={styles.words}>
      <span className={styles.description}>{description}</span>
      <span className={styles.kind}>
        {KINDS[kind]}, <Span start={period.start} end={period.end} />
      </span>
      <span className={styles.narrow}>{count}</span>
    </span>
  );
  return (
    <tr>
      <td>
        {explanation === undefined ? (
          words
        ) : (
          <Unfolding summary={words}>
            <Explain explanation={explanation} events={<EventsLink address={explanation.events} />} />
          </Unfolding>
        )}
      </td>
      <td className={styles.wide}>{count}</td>
      <td>
        <Money value={amount} />
      </td>
    </tr>
  );
}
