import type { AllUsage } from '@paidup/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Card } from '../../part/card.js';
import { Chart } from '../../part/chart.js';
import { Empty } from '../../part/empty.js';
import { Unfolding } from '../../part/explain.js';
import { byteStep, formatQuantity } from '../../part/quantity.js';
import { useClient } from '../../session/session.js';
import styles from './one.module.css';
import { AGAIN_MS, namesOf, READER_ZONE, shortNumber, type Span } from './stretch.js';

type MeterUsage = AllUsage['meters'][number];

/** Charts that are in sight at once; the rest unfolds. */
const FIRST_CHARTS = 6;

/** What all customers used over time, a chart for each meter that counted something. */
export function UsageCard({ span }: { span: Span }): ReactElement {
  const client = useClient();
  const by = span === '30-days' ? 'day' : 'month';
  const query = useQuery({ queryKey: ['overview', 'usage', by], queryFn: ({ signal }) => client.readAllUsage({ by, timezone: READER_ZONE }, { signal }), placeholderData: keepPreviousData, refetchInterval: AGAIN_MS });
  return (
    <Card title="Used">
      <Answer query={query} what="what was used" lines={4}>
        {(usage) => {
          const counted = busiestFirst(usage.meters).filter((meter) => eventsOf(meter) > 0);
          if (counted.length === 0) return <Empty icon="meter" title="Nothing was used in this time" />;
          return (
            <>
              <MeterCharts usage={usage} meters={counted.slice(0, FIRST_CHARTS)} />
              {counted.length > FIRST_CHARTS && (
                <Unfolding summary={`${counted.length - FIRST_CHARTS} more meters`}>
                  <MeterCharts usage={usage} meters={counted.slice(FIRST_CHARTS)} />
                </Unfolding>
              )}
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

function busiestFirst(meters: readonly MeterUsage[]): MeterUsage[] {
  return [...meters].sort((left, right) => eventsOf(right) - eventsOf(left));
}

function eventsOf({ data }: MeterUsage): number {
  return data.reduce((total, { events }) => total + events, 0);
}

function MeterCharts({ usage, meters }: { usage: AllUsage; meters: readonly MeterUsage[] }): ReactElement {
  return (
    <div className={styles.charts}>
      {meters.map((meter) => (
        <MeterChart key={meter.meter} usage={usage} meter={meter} />
      ))}
    </div>
  );
}

function MeterChart({ usage, meter: { name, unit, data } }: { usage: AllUsage; meter: MeterUsage }): ReactElement {
  // What does not add up over customers is told by its events.
  const isAdded = data.every(({ value }) => value !== null);
  const shownUnit = isAdded ? unit : 'event';
  const bytes = shownUnit === 'byte' ? byteStep(data.map(({ value }) => value ?? '0')) : undefined;
  return (
    <div className={styles.chart}>
      <h3>
        {name} <span className={styles.words}>{isAdded ? (unit ?? '') : 'events'}</span>
      </h3>
      <Chart
        label={`${name} by ${usage.by}`}
        kind="bars"
        series={[name]}
        rows={data.map(({ start, events, value }) => ({ ...namesOf(start, usage), values: [isAdded ? (value ?? '0') : String(events)] }))}
        format={(value) => formatQuantity(value, shownUnit)}
        formatShort={(value) => (bytes === undefined ? shortNumber(value) : `${value} ${bytes.unit}`)}
        divideBy={bytes?.size}
        height={130}
      />
    </div>
  );
}
