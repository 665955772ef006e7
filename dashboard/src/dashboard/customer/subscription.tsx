import type { State, Subscription } from '@paidup/sdk';
import { useState, type ReactElement } from 'react';
import { Badge, type Tone } from '../../part/badge.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Card, Fact, Facts } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant, Span } from '../../part/instant.js';
import { Menu, MenuItem } from '../../part/menu.js';
import { Compared } from '../../customer/compared.js';
import { useLooked } from '../../customer/state.js';
import styles from './subscription.module.css';
import { CommandDialog, type CommandName } from './subscription-command.js';
import { SubscribeDialog } from './subscribe.js';
import { Timeline } from './timeline.js';
import { Why } from './why.js';

const TONES: Record<Subscription['status'], Tone> = { scheduled: 'info', trialing: 'info', active: 'good', paused: 'warning', canceled: 'neutral' };

/** What the customer has subscribed to, each with its phases and with what can be done. */
export function Subscriptions(): ReactElement {
  const { state, now, at } = useLooked();
  const [isSubscribing, setSubscribing] = useState(false);
  const later = now.subscriptions.filter(({ id }) => !state.subscriptions.some((each) => each.id === id));
  return (
    <>
      {state.subscriptions.length === 0 && (
        <Card title="Subscriptions">
          <Empty icon="plan" title={at === undefined ? 'No subscription' : 'No subscription then'} action={at === undefined ? <Button onClick={() => setSubscribing(true)}>Subscribe to a plan</Button> : undefined}>
            Without one nothing is included, and nothing is billed.
          </Empty>
        </Card>
      )}
      {state.subscriptions.map((subscription) => (
        <SubscriptionCard key={subscription.id} subscription={subscription} onSubscribe={() => setSubscribing(true)} />
      ))}
      {later.length > 0 && <p className={styles.later}>Only now: {later.map(({ plan }) => plan.name).join(', ')}.</p>}
      {isSubscribing && <SubscribeDialog onClose={() => setSubscribing(false)} />}
    </>
  );
}

function SubscriptionCard({ subscription, onSubscribe }: { subscription: Subscription; onSubscribe: () => void }): ReactElement {
  const { customer, at, state } = useLooked();
  const find = (from: State): Subscription | undefined => from.subscriptions.find(({ id }) => id === subscription.id);
  const { id, plan, current_period: period, quantities, multipliers, coupons, cancels_at_period_end: isEnding } = subscription;
  const title = (
    <span className={styles.title}>
      <Compared of={(from) => find(from)?.plan.name} show={(name) => name} />
      <Compared of={(from) => find(from)?.status} show={(status) => (status === undefined ? null : <Badge tone={TONES[status]}>{status}</Badge>)} />
      {isEnding && <Badge tone="warning">ends with its period</Badge>}
      {subscription.addon_of !== null && <Badge>add-on</Badge>}
    </span>
  );
  const live = coupons.filter(({ removed_at: removed }) => removed === null);
  return (
    <Card title={title} aside={at === undefined ? <SubscriptionActions subscription={subscription} customer={customer} onSubscribe={onSubscribe} /> : undefined}>
      <div className={styles.columns}>
        <Timeline subscription={subscription} at={state.as_of} />
        <div>
          <Facts>
            <Fact name="Plan">
              {plan.name} <code>{plan.code}</code> version {plan.version}
            </Fact>
            <Fact name="Billing period">
              {period === null ? 'none now' : <Span start={period.start} end={period.end} />}
              {period !== null && <Why what="the billing period" find={({ explanations }) => explanations?.[`subscriptions/${id}/current_period`]} />}
            </Fact>
            {subscription.trial_ends_at !== null && (
              <Fact name="Trial ends">
                <Instant at={subscription.trial_ends_at} />
              </Fact>
            )}
            {subscription.ends_at !== null && (
              <Fact name="Ends">
                <Instant at={subscription.ends_at} />
                {subscription.cancel_reason !== null && ` (${subscription.cancel_reason})`}
              </Fact>
            )}
            {[...Object.entries(quantities), ...Object.entries(multipliers)].map(([price, quantity]) => (
              <Fact key={price} name={price in quantities ? `Quantity of ${price}` : `Multiplier of ${price}`}>
                <Compared of={(from) => find(from)?.[price in quantities ? 'quantities' : 'multipliers'][price] ?? quantity} show={(value) => value} />
              </Fact>
            ))}
            <Fact name="Above what is included">{subscription.overage ? 'goes on, as overage where the plan allows it' : 'stops'}</Fact>
            {live.length > 0 && <Fact name="Coupons">{live.map(({ name, code }) => `${name} (${code})`).join(', ')}</Fact>}
            <Fact name="Id">
              <code>{id}</code>
            </Fact>
          </Facts>
        </div>
      </div>
    </Card>
  );
}

/** What can be done with it; what cannot says why. */
function SubscriptionActions({ subscription, customer, onSubscribe }: { subscription: Subscription; customer: string; onSubscribe: () => void }): ReactElement {
  const [asked, setAsked] = useState<CommandName>();
  const { id, status, cancels_at_period_end: isEnding, next_phase: next } = subscription;
  const ended = status === 'canceled' ? 'It has ended.' : undefined;
  const pause = status === 'paused' ? 'It is paused already.' : ended;
  const resume = ended ?? (status === 'paused' || isEnding || next?.paused === true ? undefined : 'It is neither paused nor about to end.');
  return (
    <span className={styles.actions}>
      {ended === undefined ? (
        <ButtonLink small to="/dashboard/customers/$customer/subscriptions/$subscription/change" params={{ customer, subscription: id }}>
          Change plan
        </ButtonLink>
      ) : (
        <Button small disabledReason={ended}>
          Change plan
        </Button>
      )}
      <Menu
        items={
          <>
            <MenuItem icon="clock" onSelect={() => setAsked('pause')} disabledReason={pause}>
              Pause
            </MenuItem>
            <MenuItem icon="refresh" onSelect={() => setAsked('resume')} disabledReason={resume}>
              Resume
            </MenuItem>
            <MenuItem icon="close" onSelect={() => setAsked('clear')} disabledReason={ended ?? (next === null ? 'No other phase is planned.' : undefined)}>
              Forget what is planned
            </MenuItem>
            <MenuItem icon="refresh" onSelect={() => setAsked('reactivate')} disabledReason={ended === undefined ? 'It has not ended.' : undefined}>
              Begin anew
            </MenuItem>
            <MenuItem icon="plus" onSelect={onSubscribe}>
              Subscribe to another plan
            </MenuItem>
            <MenuItem icon="close" danger onSelect={() => setAsked('cancel')} disabledReason={ended}>
              Cancel
            </MenuItem>
          </>
        }
      >
        <Button small icon="more" aria-label={`More about ${subscription.plan.name}`} />
      </Menu>
      {asked !== undefined && <CommandDialog name={asked} subscription={subscription} onClose={() => setAsked(undefined)} />}
    </span>
  );
}
