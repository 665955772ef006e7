import type { ChangeInput, Plan, State, Subscription } from '@paidup/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Card, Fact, Facts } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, SwitchField } from '../../part/field.js';
import { Icon } from '../../part/icon.js';
import { CustomerZone, Instant, Span } from '../../part/instant.js';
import { Page } from '../../part/page.js';
import { useClient } from '../../session/session.js';
import { Lines } from '../invoice/lines.js';
import { nameOf } from './name.js';
import { Preview } from './preview.js';
import { customerKey, useCustomerState } from '../../customer/state.js';
import styles from './subscription-change.module.css';
import { useUpcomingInvoice } from './upcoming-invoice.js';
import { PlanField, quantitiesFor, QuantityFields, usePlans } from './terms.js';

const route = getRouteApi('/dashboard/customers/$customer/subscriptions/$subscription/change');

/** Changes plan, quantities or overage of a subscription: what is now and what would be, side by side, before it is done. */
export function ChangePage(): ReactElement {
  const { customer, subscription: id } = route.useParams();
  const state = useCustomerState(customer, undefined);
  const plans = usePlans();
  const back = (
    <Link to="/dashboard/customers/$customer" params={{ customer }}>
      <Icon name="left" size={12} /> {state.data === undefined ? 'Customer' : nameOf(state.data.customer)}
    </Link>
  );
  return (
    <Page title="Change the subscription" back={back}>
      <Answer query={state} what="the customer">
        {(now) => {
          const subscription = now.subscriptions.find((each) => each.id === id);
          if (subscription === undefined) return <Empty icon="plan" title="The customer has no such subscription" />;
          return (
            <CustomerZone zone={now.customer.timezone}>
              <Answer query={plans} what="the plans">
                {(all) => <Change customer={customer} now={now} subscription={subscription} plans={all} />}
              </Answer>
            </CustomerZone>
          );
        }}
      </Answer>
    </Page>
  );
}

interface ChangeProps {
  customer: string;
  now: State;
  subscription: Subscription;
  plans: readonly Plan[];
}

function Change({ customer, now, subscription, plans }: ChangeProps): ReactElement {
  const client = useClient();
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const { plan: code = subscription.plan.code, when = 'now', proration, invoice = 'now' } = search;
  const [typed, setTyped] = useState<Record<string, string>>(subscription.quantities);
  const [overage, setOverage] = useState(subscription.overage);
  const plan = plans.find((each) => each.code === code);
  const quantities = quantitiesFor(plan, typed);
  const isSame = code === subscription.plan.code && overage === subscription.overage && Object.entries(quantities ?? {}).every(([price, quantity]) => quantity === (subscription.quantities[price] ?? '1'));
  const input: ChangeInput | undefined = quantities === undefined ? undefined : { plan: code, quantities, overage, when, invoice, ...(proration === undefined ? {} : { proration }) };
  const seen = useQuery({
    queryKey: ['preview', 'change', subscription.id, now.revision, input],
    queryFn: () => client.previewChangeSubscription(subscription.id, input as ChangeInput),
    enabled: input !== undefined && !isSame,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const command = useCommand({
    run: (change: ChangeInput) => client.changeSubscription(subscription.id, change),
    done: (changed) => (when === 'now' ? `The plan is ${changed.plan.name} now.` : 'The change is planned for the end of the period.'),
    touches: [customerKey(customer)],
    onDone: () => void navigate({ to: '/dashboard/customers/$customer', params: { customer } }),
  });
  const set = (change: Partial<typeof search>): void => void navigate({ search: { ...search, ...change }, replace: true });
  const reason =
    input === undefined ? 'A quantity is no number.' : isSame ? 'Nothing would be different.' : seen.error !== null ? 'It would be refused: see why.' : seen.data === undefined || seen.isPlaceholderData ? 'The preview is on its way.' : undefined;
  return (
    <>
      <Card title="What is to be different">
        <Form onSubmit={(event) => event.preventDefault()}>
          <FieldRow>
            <PlanField plans={plans} currency={now.customer.currency} value={code} onChange={(next) => set({ plan: next })} present={subscription.plan.code} />
            <QuantityFields plan={plan} quantities={typed} onChange={setTyped} />
            <SelectField label="When" value={when} onChange={({ target }) => set({ when: target.value as 'now' | 'period_end' })}>
              <option value="now">Now</option>
              <option value="period_end">At the end of the billing period</option>
            </SelectField>
            {when === 'now' && (
              <>
                <SelectField label="Within the period" value={proration ?? ''} onChange={({ target }) => set({ proration: target.value === '' ? undefined : (target.value as NonNullable<ChangeInput['proration']>) })}>
                  <option value="">By the policy of the plan</option>
                  <option value="by_second">Prorated by the second</option>
                  <option value="by_day">Prorated by the day</option>
                  <option value="difference">What is dearer, for the whole period</option>
                  <option value="none">Nothing charged, nothing given back</option>
                </SelectField>
                <SelectField label="What it costs is invoiced" value={invoice} onChange={({ target }) => set({ invoice: target.value as 'now' | 'next' })}>
                  <option value="now">At once</option>
                  <option value="next">With the next invoice</option>
                </SelectField>
              </>
            )}
          </FieldRow>
          <SwitchField label="Use goes on above what is included" hint="As overage, where the plan allows it." checked={overage} onChange={({ target }) => setOverage(target.checked)} />
        </Form>
      </Card>
      <div className={styles.sides}>
        <section aria-label="As it is now" className={styles.side}>
          <h2>As it is now</h2>
          <Side subscription={subscription} />
          <PresentInvoice customer={customer} revision={now.revision} />
        </section>
        <section aria-label="After the change" className={styles.side}>
          <h2>After the change</h2>
          {isSame ? (
            <Card>
              <Empty title="Nothing is different yet">Choose another plan or quantity above to see what it would lead to.</Empty>
            </Card>
          ) : (
            <Answer query={seen} what="what it would lead to" lines={8}>
              {(preview) => (
                <div className={seen.isPlaceholderData ? styles.stale : undefined}>
                  <Side subscription={preview.subscription} />
                  <Preview preview={preview} />
                </div>
              )}
            </Answer>
          )}
        </section>
      </div>
      {command.error !== null && <ErrorNote error={command.error} />}
      <div className={styles.foot}>
        <ButtonLink to="/dashboard/customers/$customer" params={{ customer }}>
          Leave it as it is
        </ButtonLink>
        <Button tone="primary" busy={command.isBusy} disabledReason={reason} onClick={() => input !== undefined && command.run(input)}>
          {when === 'now' ? 'Change it now' : 'Change it at the end of the period'}
        </Button>
      </div>
    </>
  );
}

function Side({ subscription }: { subscription: Subscription }): ReactElement {
  const { plan, current_period: period, quantities, overage, next_phase: next } = subscription;
  return (
    <Card>
      <Facts>
        <Fact name="Plan">{plan.name}</Fact>
        <Fact name="Billing period">{period === null ? 'none' : <Span start={period.start} end={period.end} />}</Fact>
        {Object.entries(quantities).map(([price, quantity]) => (
          <Fact key={price} name={`Quantity of ${price}`}>
            {quantity}
          </Fact>
        ))}
        <Fact name="Above what is included">{overage ? 'goes on' : 'stops'}</Fact>
        <Fact name="Then">{next === null ? 'goes on like this' : <>{next.paused ? 'paused' : next.plan.name} from <Instant at={next.starts_at} precision="day" /></>}</Fact>
      </Facts>
    </Card>
  );
}

function PresentInvoice({ customer, revision }: { customer: string; revision: number }): ReactElement {
  const query = useUpcomingInvoice({ customer, revision });
  return (
    <Answer query={query} what="the next invoice" lines={4}>
      {(invoice) =>
        invoice.date === null ? (
          <Card title="Next invoice">
            <Empty title="Nothing will be billed" />
          </Card>
        ) : (
          <Card flush title="Next invoice" aside={<Instant at={invoice.date} precision="day" />}>
            <Lines invoice={invoice} caption="Next invoice as it is now" />
          </Card>
        )
      }
    </Answer>
  );
}
