import type { Entitlement, PriceUsage, State, Subscription, UsageForecast, Wallet } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useLooked } from '../customer/state.js';
import { Badge, type Tone } from '../part/badge.js';
import { ButtonLink } from '../part/button.js';
import { Card, Figure, Figures } from '../part/card.js';
import { Empty } from '../part/empty.js';
import { formatInstant, Span } from '../part/instant.js';
import { formatMoney, isZero } from '../part/money.js';
import { Page, Stack } from '../part/page.js';
import { formatQuantity } from '../part/quantity.js';
import { UsageBar, type UsageFigures } from '../part/usage-bar.js';
import { useClient } from '../session/session.js';
import { Bars } from './bar.js';
import styles from './overview.module.css';

/** What the customer has, has used and will be billed. */
export function OverviewPage(): ReactElement {
  const { state } = useLooked();
  return (
    <Page title="Overview">
      <Stack>
        <Bars state={state} />
        <Money state={state} />
        <PlanCard state={state} />
        <UsageCard usage={state.usage} />
      </Stack>
    </Page>
  );
}

function Money({ state }: { state: State }): ReactElement {
  const { upcoming_invoice: upcoming, owed, wallet } = state;
  const held = wallet.filter(({ balance, available }) => !isZero(balance) || !isZero(available));
  return (
    <Figures>
      {(held.length === 0 ? wallet.slice(0, 1) : held).map((each: Wallet) => (
        <Figure key={each.currency} label="Available balance" note={isZero(each.held) ? undefined : `${formatMoney({ amount: each.held, currency: each.currency })} set aside`}>
          {formatMoney({ amount: each.available, currency: each.currency })}
        </Figure>
      ))}
      <Figure label="Next invoice" note={upcoming === null || upcoming.date === null ? 'Nothing is to be billed' : `so far, on ${formatInstant(upcoming.date, { precision: 'day' })}`}>
        {upcoming === null || upcoming.date === null ? '—' : formatMoney(upcoming.total)}
      </Figure>
      <Figure label="To be paid" note={isZero(owed.amount) ? 'Every invoice is settled' : 'of invoices that are issued'}>
        {formatMoney(owed)}
      </Figure>
    </Figures>
  );
}

const TONES: Record<Subscription['status'], Tone> = { scheduled: 'info', trialing: 'info', active: 'good', paused: 'warning', canceled: 'neutral' };

function PlanCard({ state }: { state: State }): ReactElement {
  const current = state.subscriptions.filter(({ status }) => status !== 'canceled');
  return (
    <Card title="Plan" aside={<ButtonLink small to="/portal/plan">Change</ButtonLink>}>
      {current.length === 0 ? (
        <Empty icon="plan" title="There is no plan yet" action={<ButtonLink to="/portal/plan">Available plans</ButtonLink>} />
      ) : (
        <ul className={styles.plans}>
          {current.map((subscription) => (
            <li key={subscription.id}>
              <div className={styles.head}>
                <h3>{subscription.plan.name}</h3>
                <Badge tone={TONES[subscription.status]}>{subscription.status}</Badge>
                {Object.entries(subscription.quantities).map(([code, quantity]) => (
                  <span key={code} className={styles.soft}>
                    {formatQuantity(quantity)} × {code}
                  </span>
                ))}
              </div>
              <p className={styles.soft}>{renewalOf(subscription)}</p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** What happens next with a plan, in a sentence. */
export function renewalOf({ status, ends_at: end, trial_ends_at: trialEnd, current_period: period, next_phase: next, starts_at: start }: Subscription): string {
  const day = (at: string): string => formatInstant(at, { precision: 'day' });
  if (status === 'scheduled') return `Begins on ${day(start)}.`;
  if (end !== null) return `Ends on ${day(end)}; it is not renewed.`;
  if (next !== null && next.plan.name !== '') return `${next.paused ? 'Pauses' : `Continues as ${next.plan.name}`} on ${day(next.starts_at)}.`;
  if (status === 'trialing' && trialEnd !== null) return `The trial ends on ${day(trialEnd)}.`;
  if (status === 'paused') return 'Paused: nothing is billed.';
  return period === null ? '' : `Renewed by itself on ${day(period.end)}.`;
}

function UsageCard({ usage }: { usage: readonly PriceUsage[] }): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const forecast = useQuery({ queryKey: ['customer', customer, 'forecast', state.revision], queryFn: ({ signal }) => client.readForecast(customer, { signal }), placeholderData: (before) => before });
  return (
    <Card title="Usage">
      {usage.length === 0 ? (
        <Empty icon="meter" title="Nothing is counted">
          Your plan has no usage prices.
        </Empty>
      ) : (
        <ul className={styles.usages}>
          {usage.map((each) => (
            <li key={`${each.subscription}/${each.price}`}>
              <div className={styles.head}>
                <h3>{each.name}</h3>
                <span className={styles.amount}>{isZero(each.amount.amount) ? '' : formatMoney(each.amount)}</span>
              </div>
              <UsageBar usage={withLimit(each, state.entitlements)} />
              <p className={styles.soft}>
                <Span start={each.window.start} end={each.window.end} />
                {saidOf(forecast.data?.data.find(({ subscription, price }) => subscription === each.subscription && price === each.price))}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Where a price only counts, what it counts is measured against the limit of the feature that it counts for. */
function withLimit(usage: PriceUsage, entitlements: readonly Entitlement[]): UsageFigures {
  if (usage.included !== null && usage.included !== 'unlimited') return usage;
  const counted = entitlements.find(({ limit, sources }) => limit !== null && sources.some(({ subscription, price }) => subscription === usage.subscription && price === usage.price));
  return counted === undefined ? usage : { ...usage, included: counted.limit, remaining: counted.remaining };
}

function saidOf(forecast: UsageForecast | undefined): string {
  if (forecast === undefined) return '';
  const { outlook, projected, runs_out_at: end, unit } = forecast;
  if (outlook === 'used_up') return ' · all that is included is used';
  if (outlook === 'runs_out' && end !== null) return ` · at this rate what is included is used up on ${formatInstant(end, { precision: 'day' })}`;
  return projected === null ? '' : ` · at this rate ${formatQuantity(projected, unit)} by the end`;
}
