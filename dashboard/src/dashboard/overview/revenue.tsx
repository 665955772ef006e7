import type { Revenue } from '@paidup/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Card } from '../../part/card.js';
import { Chart } from '../../part/chart.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { formatMoney, isZero } from '../../part/money.js';
import { useClient } from '../../session/session.js';
import { AGAIN_MS, namesOf, READER_ZONE, shortNumber, type Span } from './stretch.js';

const route = getRouteApi('/dashboard');

/** What was invoiced over time, one currency at a time: amounts of several do not add up. */
export function RevenueCard({ span }: { span: Span }): ReactElement {
  const client = useClient();
  const { currency: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const by = span === '30-days' ? 'day' : 'month';
  const query = useQuery({ queryKey: ['overview', 'revenue', by], queryFn: ({ signal }) => client.readRevenue({ by, timezone: READER_ZONE }, { signal }), placeholderData: keepPreviousData, refetchInterval: AGAIN_MS });
  const currencies = [...new Set(query.data?.data.map(({ invoiced }) => invoiced.currency))].sort();
  const currency = chosen !== undefined && currencies.includes(chosen) ? chosen : currencies[0];
  return (
    <Card
      title="Invoiced"
      aside={
        currencies.length > 1 && (
          <SelectField label="Currency" hideLabel value={currency} onChange={({ target }) => void navigate({ search: (search) => ({ ...search, currency: target.value }), replace: true })}>
            {currencies.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </SelectField>
        )
      }
    >
      <Answer query={query} what="what was invoiced" lines={4}>
        {(revenue) => (currency === undefined ? <Empty icon="invoice" title="Nothing was invoiced in this time" /> : <RevenueChart revenue={revenue} currency={currency} />)}
      </Answer>
    </Card>
  );
}

function RevenueChart({ revenue, currency }: { revenue: Revenue; currency: string }): ReactElement {
  const points = revenue.data.filter(({ invoiced }) => invoiced.currency === currency);
  const hasCredits = points.some(({ credited }) => !isZero(credited.amount));
  return (
    <Chart
      label={`Invoiced by ${revenue.by}, in ${currency}`}
      kind={hasCredits ? 'lines' : 'bars'}
      series={hasCredits ? ['Invoiced', 'Credited'] : ['Invoiced']}
      rows={points.map(({ start, invoiced, credited }) => ({ ...namesOf(start, revenue), values: hasCredits ? [invoiced.amount, credited.amount] : [invoiced.amount] }))}
      format={(amount) => formatMoney({ amount, currency })}
      formatShort={shortNumber}
      height={260}
    />
  );
}
