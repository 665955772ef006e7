import type { Grant, PlanOption, PlanOptions, UsagePrice } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useMayNot } from '../customer/right.js';
import { customerKey, useLooked } from '../customer/state.js';
import { Answer } from '../part/answer.js';
import { Badge } from '../part/badge.js';
import { Button } from '../part/button.js';
import { Card } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Dialog } from '../part/dialog.js';
import { Empty } from '../part/empty.js';
import { ErrorNote } from '../part/error.js';
import { TextField } from '../part/field.js';
import { Instant } from '../part/instant.js';
import { formatMoney } from '../part/money.js';
import { Page, Stack } from '../part/page.js';
import { formatQuantity } from '../part/quantity.js';
import { useClient } from '../session/session.js';
import { Bars, lastEnded } from './bar.js';
import { useFeatureNames, type FeatureName } from './feature.js';
import { ChangeDialog, type Wanted } from './plan-change.js';
import styles from './plan.module.css';
import { Renewal } from './renewal.js';

/** The plan that the customer has, those that it may take by itself, and what a change would come to. */
export function PlanPage(): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const [wanted, setWanted] = useState<Wanted>();
  const query = useQuery({ queryKey: ['customer', customer, 'plan-options', state.revision], queryFn: ({ signal }) => client.readPlanOptions(customer, { signal }), placeholderData: (before) => before });
  return (
    <Page title="Plan">
      <Stack>
        <Bars state={state} />
        <Answer query={query} what="the plans" lines={8}>
          {(options) => (
            <Stack>
              <CurrentCard options={options} />
              <Options options={options} onWant={setWanted} />
            </Stack>
          )}
        </Answer>
        {wanted !== undefined && <ChangeDialog wanted={wanted} onClose={() => setWanted(undefined)} />}
      </Stack>
    </Page>
  );
}

function CurrentCard({ options: { subscription, cancelable, restorable, options } }: { options: PlanOptions }): ReactElement {
  const [isLeaving, setLeaving] = useState(false);
  const client = useClient();
  const { customer, state } = useLooked();
  const mayNot = useMayNot('plan-change:write');
  const restore = useCommand({ run: () => client.restorePlan(customer), done: () => 'It is taken back: the plan goes on as it was.', touches: [customerKey(customer)] });
  if (subscription === null) {
    const before = lastEnded(state.subscriptions);
    return (
      <Card title="Your plan">
        {before === undefined ? <p>There is none yet.</p> : <p>{before.plan.name} has ended on <Instant at={before.ends_at} precision="day" />.</p>}
        {options.length > 0 && <p>Choose one below.</p>}
      </Card>
    );
  }
  const names = new Map(options.find(({ current }) => current)?.plan.prices.map(({ code, name }) => [code, name]));
  const leaveReason = mayNot ?? (cancelable ? undefined : subscription.ends_at === null ? 'This plan is not ended from here.' : 'It ends already.');
  return (
    <Card title="Your plan">
      <div className={styles.current}>
        <div>
          <p className={styles.name}>{subscription.plan.name}</p>
          <p className={styles.soft}><Renewal of={subscription} /></p>
          {Object.entries(subscription.quantities).map(([code, quantity]) => (
            <p key={code} className={styles.soft}>
              {formatQuantity(quantity)} × {names.get(code) ?? code}
            </p>
          ))}
        </div>
        <div className={styles.actions}>
          {restorable && (
            <Button busy={restore.isBusy} disabledReason={mayNot} onClick={() => restore.run(undefined)}>
              Take it back
            </Button>
          )}
          <Button disabledReason={leaveReason} onClick={() => setLeaving(true)}>
            End the plan
          </Button>
        </div>
      </div>
      {restore.error !== null && <ErrorNote error={restore.error} />}
      {isLeaving && <LeaveDialog onClose={() => setLeaving(false)} />}
    </Card>
  );
}

function LeaveDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const [reason, setReason] = useState('');
  const leave = useCommand({ run: () => client.cancelPlan(customer, reason.trim() === '' ? {} : { reason: reason.trim() }), done: () => 'The plan ends with its period.', touches: [customerKey(customer)], onDone: onClose });
  // Not while it is ended: what has ended already would be refused.
  const preview = useQuery({ queryKey: ['customer', customer, 'leave-preview'], queryFn: ({ signal }) => client.previewCancelPlan(customer, {}, { signal }), enabled: !leave.isBusy });
  return (
    <Dialog
      title="End the plan?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={leave.isBusy} disabledReason={preview.data === undefined ? 'What it comes to is not known yet.' : undefined} onClick={() => leave.run(undefined)}>
            End the plan
          </Button>
        </>
      }
    >
      <div className={styles.comes}>
        <Answer query={preview} what="what it comes to" lines={2}>
          {({ change }) => <p>It goes on until <Instant at={change.effective_at} precision="day" /> and is not renewed then. Until that day this can be taken back.</p>}
        </Answer>
        <TextField label="Why, if you like" value={reason} maxLength={200} autoComplete="off" onChange={({ target }) => setReason(target.value)} />
      </div>
      {leave.error !== null && <ErrorNote error={leave.error} />}
    </Dialog>
  );
}

function Options({ options, onWant }: { options: PlanOptions; onWant: (wanted: Wanted) => void }): ReactElement {
  if (options.options.length === 0) {
    return (
      <Card title="Available plans">
        <Empty icon="plan" title="No other plan can be taken from here">
          Ask whoever runs the service.
        </Empty>
      </Card>
    );
  }
  return (
    <section aria-label="Available plans">
      <ul className={styles.options}>
        {options.options.map((option) => (
          <OptionCard key={option.plan.code} option={option} options={options} onWant={onWant} />
        ))}
      </ul>
    </section>
  );
}

const ACTIONS = { start: 'Start', upgrade: 'Upgrade', downgrade: 'Downgrade', same: 'Change', keep: 'Keep it' };

function OptionCard({ option, options, onWant }: { option: PlanOption; options: PlanOptions; onWant: (wanted: Wanted) => void }): ReactElement {
  const features = useFeatureNames();
  const mayNot = useMayNot('plan-change:write');
  const { plan, current, scheduled, price, change, refused, quantities: before } = option;
  const [quantities, setQuantities] = useState(before);
  const seats = plan.prices.flatMap((each) => (each.type === 'fixed' && each.per_seat ? [each] : []));
  const isOther = Object.entries(quantities).some(([code, quantity]) => quantity !== before[code]);
  const fault = Object.values(quantities).every((quantity) => /^[1-9]\d{0,8}$/.test(quantity)) ? undefined : 'A whole number above zero.';
  const refusal = refused === null ? undefined : refusalOf(refused, options);
  const isChangeable = options.changeable || options.subscription === null;
  // With other seats only the preview knows; what was tried beforehand was tried with these.
  const reason = mayNot ?? fault ?? (!isChangeable ? 'This plan is not changed from here.' : current && !isOther ? 'This is your plan.' : isOther ? undefined : refusal);
  const action = current ? 'Change' : ACTIONS[change?.direction ?? 'same'];
  // Two plans of one name, such as by the month and by the year, are told apart by it.
  const isNamesake = options.options.some((each) => each !== option && each.plan.name === plan.name);
  return (
    <li className={styles.option} data-current={current}>
      <div className={styles.optionHead}>
        <h2>{plan.name}</h2>
        {current && <Badge tone="good">Your plan</Badge>}
        {scheduled && <Badge tone="info">Follows</Badge>}
      </div>
      <p className={styles.price}>
        <strong>{formatMoney(price)}</strong> <span className={styles.soft}>{everyOf(plan.interval)}</span>
      </p>
      {plan.description !== null && <p className={styles.soft}>{plan.description}</p>}
      <ul className={styles.grants}>
        {plan.features.filter(({ limit, granted }) => granted !== false || limit !== undefined).map((grant) => (
          <li key={grant.feature}>{grantText(grant, features)}</li>
        ))}
        {plan.prices.map((each) => each.type === 'usage' && each.included !== 'unlimited' && <li key={each.code}>{includedText(each)}</li>)}
      </ul>
      {seats.map(({ code, name, amount, package: packed }) => (
        <TextField key={code} label={name === undefined || name === '' ? code : name} inputMode="numeric" autoComplete="off" value={quantities[code] ?? '1'} hint={`${formatMoney({ amount, currency: plan.currency })} ${everyOf(plan.interval)} ${packed == null ? 'each' : `for ${formatQuantity(packed.size)}`}.`} error={fault} onChange={({ target }) => setQuantities({ ...quantities, [code]: target.value.trim() })} />
      ))}
      <Button
        tone={change?.direction === 'upgrade' || change?.direction === 'start' ? 'primary' : 'plain'}
        disabledReason={reason}
        aria-label={`${action} ${plan.name}${isNamesake ? `, ${everyOf(plan.interval)}` : ''}`}
        onClick={() => onWant({ option, quantities })}
      >
        {action}
      </Button>
      {refusal !== undefined && !current && <p className={styles.refused}>{refusal}</p>}
    </li>
  );
}

/** Why it cannot be taken. What the customer itself has asked for stands in the way of nothing that it could not take back. */
function refusalOf({ slug, detail }: { slug: string; detail: string }, { restorable }: PlanOptions): string {
  return restorable && (slug === 'phase_conflict' || slug === 'subscription_ended') ? 'Your plan is about to end or to change: take that back first.' : detail;
}

function everyOf({ unit, count }: PlanOption['plan']['interval']): string {
  return count === 1 ? `a ${unit}` : `every ${count} ${unit}s`;
}

function grantText({ feature, limit, per_quantity_of: seat }: Grant, features: ReadonlyMap<string, FeatureName>): string {
  const { name, unit } = features.get(feature) ?? { name: feature.replaceAll(/[_-]/g, ' '), unit: null };
  if (limit === null || limit === undefined) return name;
  return `${name}: ${limit === 'unlimited' ? 'unlimited' : formatQuantity(limit, unit)}${seat === null || seat === undefined ? '' : ` for each ${seat}`}`;
}

function includedText({ name, code, included }: UsagePrice): string {
  const called = name === undefined || name === '' ? code : name;
  if (included === 'unlimited') return `${called}: unlimited`;
  return included === undefined || included === '0' ? `${called}: by use` : `${formatQuantity(included)} ${called} included`;
}
