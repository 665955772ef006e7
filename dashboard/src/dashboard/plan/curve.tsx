import type { AmountAnswer } from '@paidup/sdk';
import { lazy, Suspense, useId, useState, type ReactElement } from 'react';
import { ErrorNote } from '../../part/error.js';
import { TextField } from '../../part/field.js';
import { readDecimal } from '../../part/form.js';
import { Loading } from '../../part/loading.js';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { placesOf, turnsOf, useAmount, useAmounts, type Priced } from './amount.js';
import styles from './curve.module.css';

const Drawing = lazy(() => import('./curve-drawing.js'));

interface PriceCurveProps {
  name: string;
  priced: Priced;
  unit: string | null;
  /** The quantity that is looked at, as it was typed. */
  quantity: string | undefined;
  onQuantity: (quantity: string) => void;
}

/** What quantities cost under a price, drawn, and what one of them costs, line by line. Every amount is the calculator's. */
export function PriceCurve({ name, priced, unit, quantity: typed, onQuantity }: PriceCurveProps): ReactElement {
  const quantity = typed === undefined ? undefined : readDecimal(typed);
  const reach = quantity === undefined ? undefined : Number(quantity);
  const usual = placesOf(priced, undefined);
  // A quantity beyond the end of the curve moves the end.
  const places = reach !== undefined && reach > Number(usual.at(-1) ?? '0') ? placesOf(priced, reach) : usual;
  const amounts = useAmounts(priced, places);
  const asked = quantity ?? places[Math.floor(places.length / 2)];
  const answer = useAmount(priced, asked);
  const included = Number(priced.price.included ?? '0');
  if (amounts.error !== null) return <ErrorNote error={amounts.error} onRetry={() => void amounts.refetch()} busy={amounts.isFetching} />;
  if (amounts.data === undefined) return <Loading what="the curve" />;
  return (
    <div className={styles.curve}>
      <figure aria-label={`What quantities cost: ${name}`} className={styles.figure}>
        <Suspense fallback={<div className={styles.room} />}>
          <Drawing
            points={amounts.data}
            turns={turnsOf(priced.price.model, included)}
            included={included}
            currency={priced.currency}
            unit={unit}
            marked={asked !== undefined && answer.data !== undefined && !answer.isPlaceholderData ? { quantity: asked, amount: answer.data.amount } : undefined}
          />
        </Suspense>
        <AmountTable name={name} points={amounts.data} currency={priced.currency} unit={unit} />
      </figure>
      <Example quantity={asked ?? '0'} typed={typed} fault={typed !== undefined && quantity === undefined} answer={answer.data} currency={priced.currency} unit={unit} onQuantity={onQuantity} error={answer.error} />
    </div>
  );
}

/** The same for whoever does not see the drawing. */
function AmountTable({ name, points, currency, unit }: { name: string; points: readonly { quantity: string; amount: string }[]; currency: string; unit: string | null }): ReactElement {
  return (
    <div className="unseen">
      <table>
        <caption>What quantities cost: {name}</caption>
        <thead>
          <tr>
            <th scope="col">Quantity</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ quantity, amount }) => (
            <tr key={quantity}>
              <th scope="row">{formatQuantity(quantity, unit)}</th>
              <td>{formatMoney({ amount, currency })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ExampleProps {
  quantity: string;
  typed: string | undefined;
  fault: boolean;
  answer: AmountAnswer | undefined;
  currency: string;
  unit: string | null;
  onQuantity: (quantity: string) => void;
  error: Error | null;
}

/** One quantity, typed by hand, and what it costs. */
function Example({ quantity, typed, fault, answer, currency, unit, onQuantity, error }: ExampleProps): ReactElement {
  const [text, setText] = useState(typed ?? formatQuantity(quantity));
  const [seen, setSeen] = useState(quantity);
  const id = useId();
  if (seen !== quantity) {
    // The curve of another price has another middle.
    setSeen(quantity);
    if (typed === undefined) setText(formatQuantity(quantity));
  }
  return (
    <div className={styles.example}>
      <TextField
        label={unit === 'byte' ? 'What so many bytes cost' : `What so many${unit === null ? '' : ` ${unit}s`} cost`}
        inputMode="decimal"
        value={text}
        error={fault ? 'A number, such as 100.' : undefined}
        onChange={({ target }) => {
          setText(target.value);
          onQuantity(target.value.trim());
        }}
      />
      {error !== null && <ErrorNote error={error} />}
      {answer !== undefined && !fault && (
        <output aria-labelledby={id} className={styles.answer}>
          <strong id={id} className={styles.amount}>
            {formatMoney({ amount: answer.amount, currency })}
          </strong>
          <ul className={styles.lines}>
            {answer.lines.map((line, index) => (
              <li key={index}>
                <span>{line.description}</span>
                <span>
                  {formatQuantity(line.quantity)}
                  {line.unit_amount !== null && ` × ${formatMoney({ amount: line.unit_amount, currency })}`}
                </span>
                <span>{formatMoney({ amount: line.amount, currency })}</span>
              </li>
            ))}
          </ul>
        </output>
      )}
    </div>
  );
}
