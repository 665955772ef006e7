import type { PriceUsage, UsageQuery, UsageSeries } from '@paidup/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Card } from '../../part/card.js';
import { Chart, type ChartRow } from '../../part/chart.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { cityOf } from '../../part/instant.js';
import { Toolbar } from '../../part/page.js';
import { byteStep, formatQuantity } from '../../part/quantity.js';
import { useClient } from '../../session/session.js';
import { GRANULARITIES, USAGE_SPANS } from './route.js';
import { useLooked } from '../../customer/state.js';
import { PriceUsages } from './usage-list.js';

const route = getRouteApi('/dashboard/customers/$customer/usage');

type Span = (typeof USAGE_SPANS)[number];
type Granularity = (typeof GRANULARITIES)[number];

const SPANS: Record<Span, { name: string; days: number; by: Granularity }> = {
  '30-days': { name: '30 days', days: 30, by: 'day' },
  '90-days': { name: '90 days', days: 90, by: 'day' },
  '12-months': { name: '12 months', days: 365, by: 'month' },
};

/** Each meter that a plan of the customer counts by: its windows, and what it counted over time. */
export function CustomerUsage(): ReactElement {
  const { state, at } = useLooked();
  const { span = '30-days', by = SPANS[span].by } = route.useSearch();
  const navigate = route.useNavigate();
  const meters = [...new Set(state.usage.map(({ meter }) => meter))];
  if (meters.length === 0) {
    return (
      <Card>
        <Empty icon="meter" title="Nothing is counted">
          No plan of the customer counts usage.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Toolbar>
        <SelectField label="Over" value={span} onChange={({ target }) => void navigate({ search: (search) => ({ ...without(search, 'by'), span: target.value as Span }), replace: true })}>
          {USAGE_SPANS.map((each) => (
            <option key={each} value={each}>
              {SPANS[each].name}
            </option>
          ))}
        </SelectField>
        <SelectField label="By" value={by} onChange={({ target }) => void navigate({ search: (search) => ({ ...search, by: target.value as Granularity }), replace: true })}>
          {GRANULARITIES.map((each) => (
            <option key={each} value={each} disabled={each === 'hour' && span === '12-months'}>
              {each}
            </option>
          ))}
        </SelectField>
      </Toolbar>
      {meters.map((meter) => (
        <MeterUsage key={meter} meter={meter} usage={state.usage.filter((each) => each.meter === meter)} days={SPANS[span].days} by={by === 'hour' && span === '12-months' ? 'month' : by} to={at ?? undefined} />
      ))}
    </>
  );
}

interface MeterUsageProps {
  meter: string;
  usage: PriceUsage[];
  days: number;
  by: Granularity;
  to: string | undefined;
}

function MeterUsage({ meter, usage, days, by, to }: MeterUsageProps): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const query: UsageQuery = { meter, granularity: by, from: new Date(Date.parse(state.as_of) - days * DAY_MS).toISOString().slice(0, 10) + 'T00:00:00Z', ...(to === undefined ? {} : { to }) };
  const series = useQuery({ queryKey: ['customer', customer, 'usage', query], queryFn: ({ signal }) => client.readUsage(customer, query, { signal }), placeholderData: keepPreviousData });
  const name = usage[0]?.name ?? meter;
  return (
    <Card title={name} aside={<code>{meter}</code>}>
      <PriceUsages usage={usage} isNamed={false} />
      <Answer query={series} what={`the usage of ${name}`} lines={4}>
        {(answer) => <MeterChart name={name} series={answer} />}
      </Answer>
    </Card>
  );
}

const DAY_MS = 86_400_000;

function MeterChart({ name, series }: { name: string; series: UsageSeries }): ReactElement {
  const { data, unit, granularity, timezone } = series;
  const bytes = unit === 'byte' ? byteStep(data.map(({ value }) => value)) : undefined;
  const said = (value: string): string => formatQuantity(value, unit);
  return (
    <Chart
      label={`${name} by ${granularity}, in ${cityOf(timezone)}'s time`}
      kind="bars"
      series={[name]}
      rows={data.map(({ start, value }) => rowOf(start, value, series))}
      format={said}
      formatShort={(value) => (bytes === undefined ? shortOf(value) : `${value} ${bytes.unit}`)}
      divideBy={bytes?.size}
      height={180}
    />
  );
}

/** A stretch is named as the customer's calendar names it. */
function rowOf(start: string, value: string, { granularity, timezone: timeZone }: UsageSeries): ChartRow {
  const at = new Date(start);
  const short: Intl.DateTimeFormatOptions = granularity === 'month' ? { month: 'short', timeZone } : granularity === 'hour' ? { day: 'numeric', month: 'short', hour: 'numeric', timeZone } : { day: 'numeric', month: 'short', timeZone };
  const long: Intl.DateTimeFormatOptions = granularity === 'hour' ? { dateStyle: 'medium', timeStyle: 'short', timeZone } : granularity === 'month' ? { month: 'long', year: 'numeric', timeZone } : { dateStyle: 'full', timeZone };
  return { label: at.toLocaleDateString(undefined, short), name: at.toLocaleString(undefined, long), values: [value] };
}

function shortOf(value: string): string {
  return new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(value as `${number}`);
}

function without<Search extends object, Name extends keyof Search>(search: Search, name: Name): Omit<Search, Name> {
  const { [name]: _left, ...rest } = search;
  return rest;
}
