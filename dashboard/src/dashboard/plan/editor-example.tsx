import { lazy, Suspense, useEffect, useState, type ReactElement } from 'react';
import { wordsOf } from '../../part/error.js';
import { Loading } from '../../part/loading.js';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { placesOf, pricedOf, turnsOf, useAmounts, type Priced, type PricedPoint } from './amount.js';
import { isComplete, priceOf, type DraftPrice } from './draft.js';
import styles from './editor-example.module.css';
import { flatModelOf } from './words.js';

const Drawing = lazy(() => import('./curve-drawing.js'));

/** So many of the places on the curve are told as examples. */
const EXAMPLES = 5;
const PAUSE_MS = 250;

interface PriceExampleProps {
  price: DraftPrice;
  currency: string;
  unit: string | null;
}

/** What some quantities would cost if the price were saved as it stands: the calculator says it, a moment after the last key. */
export function PriceExample({ price, currency, unit }: PriceExampleProps): ReactElement | null {
  const priced = useSettled(isComplete(price) && /^[A-Z]{3}$/.test(currency) ? pricedOfDraft(price, currency) : undefined);
  const places = priced === undefined ? [] : placesOf(priced, undefined);
  const amounts = useAmounts(priced, places);
  if (price.type === 'fixed' && !price.perSeat) return <Note>The same in each period, in advance.</Note>;
  if (price.included.trim() === 'unlimited' && price.type === 'usage') return <Note>Only counted: no quantity costs anything.</Note>;
  if (priced === undefined) return <Note>Once its numbers are there, examples of what it costs stand here.</Note>;
  if (amounts.error !== null) return <Note>No example: {wordsOf(amounts.error).errors[0]?.detail ?? wordsOf(amounts.error).detail}.</Note>;
  if (amounts.data === undefined) return <Loading what="examples" />;
  const included = Number(priced.price.included ?? '0');
  return (
    <div className={styles.example} aria-busy={amounts.isFetching}>
      <h3>What it would cost</h3>
      <Suspense fallback={<div className={styles.room} />}>
        <Drawing points={amounts.data} turns={turnsOf(priced.price.model, included)} included={included} currency={priced.currency} unit={unit} marked={undefined} height={160} />
      </Suspense>
      <table className={styles.table}>
        <caption className="unseen">Example amounts of {price.name.trim() === '' ? price.code : price.name}</caption>
        <thead>
          <tr>
            <th scope="col">Quantity</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {examplesOf(amounts.data).map(({ quantity, amount }) => (
            <tr key={quantity}>
              <th scope="row">{formatQuantity(quantity, unit)}</th>
              <td>{formatMoney({ amount, currency: priced.currency })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Note({ children }: { children: string | string[] }): ReactElement {
  return <p className={styles.note}>{children}</p>;
}

/** The price as the calculator takes it. */
function pricedOfDraft(draft: DraftPrice, currency: string): Priced | undefined {
  const price = priceOf(draft);
  return pricedOf(price, { currency, model: price.type === 'usage' ? flatModelOf(price.model, 0) : undefined });
}

/** Some of the points, evenly over the curve; the places at both sides of a turn are there for the drawing. */
function examplesOf(points: readonly PricedPoint[]): PricedPoint[] {
  const whole = points.filter(({ quantity }) => Number(quantity) > 0 && Number.isInteger(Number(quantity)));
  if (whole.length <= EXAMPLES) return whole;
  const picked = Array.from({ length: EXAMPLES }, (_, index) => whole[Math.round(((index + 1) * whole.length) / EXAMPLES) - 1]);
  return picked.filter((point) => point !== undefined);
}

/** A value once it has stood still for a moment; equal ones are one. */
function useSettled<Value>(value: Value): Value {
  const text = JSON.stringify(value) as string | undefined;
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (settled === undefined ? undefined : JSON.parse(settled)) as Value;
}
