import type { Entitlement, PriceUsage, State, Subscription, UsageForecast, Wallet } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useLooked } from '../customer/state.js';
import { Badge, type Tone } from '../part/badge.js';
import { ButtonLink } from '../part/button.js';
import { Card, Figure, Figures } from '../part/card.js';
import { Empty } from '../part/empty.js';
import { sentence } from '../part/explain.js';
import { Instant, Span } from '../part/instant.js';
import { formatMoney, isZero } from '../part/money.js';
import { Page, Stack } from '../part/page.js';
import { formatQuantity } from '../part/quantity.js';
import { UsageBar, type UsageFigures } from '../part/usage-bar.js';
import { useClient } from '../session/session.js';
import { Bars, lastEnded } from './bar.js';
import { LimitCard } from './limit.js';
import styles from './overview.module.css';
import { Renewal } from './renewal.js';

/** What the customer has, has used and will be billed. */
export function OverviewPage(): ReactElement {
  const { state } = useLooked();
  return (
    <Page title="Overview">
      <Stack>
        <Bars state={state} />
        <Money state={state} />
        <PlanCard state={state} />
        {state.usage.length > 0 && <UsageCard usage={state.usage} />}
        <LimitCard entitlements={state.entitlements} />
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
      <Figure label="Next invoice" note={upcoming === null || upcoming.date === null ? 'Nothing is to be billed' : <>so far, on <Instant at={upcoming.date} precision="day" /></>}>
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
  const before = lastEnded(state.subscriptions);
  return (
    <Card title="Plan" aside={current.length > 0 && <ButtonLink small to="/portal/plan">Change</ButtonLink>}>
      {current.length === 0 ? (
        <Empty icon="plan" title={before === undefined ? 'There is no plan yet' : 'There is no plan now'} action={<ButtonLink to="/portal/plan">Available plans</ButtonLink>}>
          {before !== undefined && <>The last one, {before.plan.name}, ended on <Instant at={before.ends_at} precision="day" />.</>}
        </Empty>
      ) : (
        <ul className={styles.plans}>
          {current.map((subscription) => (
            <li key={subscription.id}>
              <div className={styles.head}>
                <h3>{subscription.plan.name}</h3>
                <Badge tone={TONES[subscription.status]}>{subscription.status}</Badge>
                {Object.entries(subscription.quantities).map(([code, quantity]) => (
                  <span key={code} className={styles.soft}>
                    {formatQuantity(quantity)} × {sentence(code)}
                  </span>
                ))}
              </div>
              <p className={styles.soft}><Renewal of={subscription} /></p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function UsageCard({ usage }: { usage: readonly PriceUsage[] }): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const forecast = useQuery({ queryKey: ['customer', customer, 'forecast', state.revision], queryFn: ({ signal }) => client.readForecast(customer, { signal }), placeholderData: (before) => before });
  return (
    <Card title="Usage">
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
              <Outlook of={forecast.data?.data.find(({ subscription, price }) => subscription === each.subscription && price === each.price)} />
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Where a price only counts, what it counts is measured against the limit of the feature that it counts for. */
function withLimit(usage: PriceUsage, entitlements: readonly Entitlement[]): UsageFigures {
  if (usage.included !== null && usage.included !== 'unlimited') return usage;
  const counted = entitlements.find(({ limit, sources }) => limit !== null && sources.some(({ subscription, price }) => subscription === usage.subscription && price === usage.price));
  return counted === undefined ? usage : { ...usage, included: counted.limit, remaining: counted.remaining };
}

function Outlook({ of: forecast }: { of: UsageForecast | undefined }): ReactElement | null {
  if (forecast === undefined) return null;
  const { outlook, projected, runs_out_at: end, unit } = forecast;
  if (outlook === 'used_up') return <> · <Badge tone="danger">used up</Badge> all that is included is used</>;
  if (outlook === 'runs_out' && end !== null) return <> · <Badge tone="warning">runs out</Badge> at this rate what is included is used up on <Instant at={end} precision="day" /></>;
  return projected === null ? null : <> · at this rate {formatQuantity(projected, unit)} by the end</>;
}
