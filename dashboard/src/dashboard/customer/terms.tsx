import type { Plan } from '@paidup/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { SelectField, TextField } from '../../part/field.js';
import { formatMoney } from '../../part/money.js';
import { useClient } from '../../session/session.js';

/** All plans that are sold, in the order of their codes. */
export function usePlans(): UseQueryResult<Plan[]> {
  const client = useClient();
  return useQuery({
    queryKey: ['plans', 'all'],
    queryFn: async ({ signal }) => {
      const plans: Plan[] = [];
      for await (const plan of client.plans({}, { signal })) plans.push(plan);
      return plans;
    },
    staleTime: 60_000,
  });
}

interface PlanFieldProps {
  plans: readonly Plan[];
  currency: string;
  value: string;
  onChange: (code: string) => void;
  /** Marked in the list. */
  present?: string;
}

/** Which plan: those in the customer's currency can be chosen. */
export function PlanField({ plans, currency, value, onChange, present }: PlanFieldProps): ReactElement {
  return (
    <SelectField label="Plan" value={value} onChange={({ target }) => onChange(target.value)} hint={`Plans in ${currency}, the customer's currency.`}>
      {value === '' && <option value="">Choose a plan</option>}
      {plans.map(({ code, name, currency: own, interval, prices }) => (
        <option key={code} value={code} disabled={own !== currency}>
          {name}
          {priceOf(prices, own, interval)}
          {code === present ? ' (now)' : ''}
          {own === currency ? '' : `, in ${own}`}
        </option>
      ))}
    </SelectField>
  );
}

/** The fixed price of a plan that has just one, as it was defined. */
function priceOf(prices: Plan['prices'], currency: string, { unit, count }: Plan['interval']): string {
  const fixed = prices.filter((price) => price.type === 'fixed');
  const [only] = fixed;
  if (only === undefined || fixed.length > 1) return '';
  return `, ${formatMoney({ amount: only.amount, currency })}${only.per_seat === true ? ' each' : ''} a ${count === 1 ? unit : `${count} ${unit}s`}`;
}

interface QuantityFieldsProps {
  plan: Plan | undefined;
  quantities: Readonly<Record<string, string>>;
  onChange: (quantities: Record<string, string>) => void;
}

/** How many of each price that is per seat. */
export function QuantityFields({ plan, quantities, onChange }: QuantityFieldsProps): ReactElement[] {
  const seats = plan?.prices.filter((price) => price.type === 'fixed' && price.per_seat === true) ?? [];
  return seats.map(({ code, name = code }) => (
    <TextField
      key={code}
      label={name}
      inputMode="numeric"
      value={quantities[code] ?? '1'}
      onChange={({ target }) => onChange({ ...quantities, [code]: target.value })}
      error={/^\d+(\.\d+)?$/.test(quantities[code] ?? '1') ? undefined : 'A number, such as 5.'}
    />
  ));
}

/** The quantities that a plan knows, out of those that were typed; undefined while one of them is no number. */
export function quantitiesFor(plan: Plan | undefined, quantities: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const seats = plan?.prices.filter((price) => price.type === 'fixed' && price.per_seat === true) ?? [];
  const known = seats.map(({ code }) => [code, quantities[code] ?? '1'] as const);
  return known.every(([, quantity]) => /^\d+(\.\d+)?$/.test(quantity)) ? Object.fromEntries(known) : undefined;
}
