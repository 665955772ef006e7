import type { SubscriptionInput } from '@paidup/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, TextField } from '../../part/field.js';
import { useClient } from '../../session/session.js';
import { Preview } from './preview.js';
import { customerKey, useLooked } from '../../customer/state.js';
import { PlanField, quantitiesFor, QuantityFields, usePlans } from './terms.js';

/** Subscribes the customer to a plan, after showing what that brings. */
export function SubscribeDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const plans = usePlans();
  const [code, setCode] = useState('');
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [trialDays, setTrialDays] = useState('');
  const [coupon, setCoupon] = useState('');
  const plan = plans.data?.find((each) => each.code === code);
  const quantities = quantitiesFor(plan, typed);
  const isTrialFine = /^\d{0,4}$/.test(trialDays.trim());
  const input: SubscriptionInput | undefined =
    plan === undefined || quantities === undefined || !isTrialFine
      ? undefined
      : { plan: code, quantities, ...(trialDays.trim() === '' ? {} : { trial_days: Number(trialDays) }), ...(coupon.trim() === '' ? {} : { coupon: coupon.trim() }) };
  const seen = useQuery({
    queryKey: ['preview', 'subscribe', customer, input],
    queryFn: () => client.previewCreateSubscription(customer, input as SubscriptionInput),
    enabled: input !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const command = useCommand({ run: (terms: SubscriptionInput) => client.createSubscription(customer, terms), done: ({ plan: { name } }) => `Subscribed to ${name}.`, touches: [customerKey(customer)], onDone: onClose });
  const reason = input === undefined ? 'Choose a plan first.' : seen.error !== null ? 'It would be refused: see why above.' : undefined;
  return (
    <Dialog
      wide
      title="Subscribe to a plan"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" busy={command.isBusy} disabledReason={reason} onClick={() => input !== undefined && command.run(input)}>
            Subscribe
          </Button>
        </>
      }
    >
      <Answer query={plans} what="the plans" lines={3}>
        {(all) => (
          <Form onSubmit={(event) => event.preventDefault()}>
            <PlanField plans={all} currency={now.customer.currency} value={code} onChange={setCode} />
            <FieldRow>
              <QuantityFields plan={plan} quantities={typed} onChange={setTyped} />
              <TextField
                label="Days of trial"
                inputMode="numeric"
                value={trialDays}
                onChange={({ target }) => setTrialDays(target.value)}
                error={isTrialFine ? undefined : 'A whole number of days.'}
                hint={plan === undefined ? undefined : `The plan has ${plan.trial_days}.`}
              />
              <TextField label="Coupon" value={coupon} onChange={({ target }) => setCoupon(target.value)} hint="Its code." autoComplete="off" />
            </FieldRow>
            {input !== undefined && (
              <Answer query={seen} what="what it would lead to" lines={4}>
                {(preview) => <Preview preview={preview} />}
              </Answer>
            )}
            {command.error !== null && <ErrorNote error={command.error} />}
          </Form>
        )}
      </Answer>
    </Dialog>
  );
}
