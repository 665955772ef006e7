import type { Meter, Plan, Price, UsagePrice } from '@paidup/sdk';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Card, Cards, Fact, Facts } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { formatMoney } from '../../part/money.js';
import { Table, type Column } from '../../part/table.js';
import { useMeters } from '../meter/meter.js';
import { pricedOf } from './amount.js';
import { PriceCurve } from './curve.js';
import { useShownPlan } from './one.js';
import styles from './price.module.css';
import { flatModelOf, MODEL_NAMES, wordsOfCell, wordsOfFixed, wordsOfGrant, wordsOfIncluded, wordsOfInterval, wordsOfModel, wordsOfTier } from './words.js';

const route = getRouteApi('/dashboard/plans/$plan/');

/** The prices of a plan, the curve of one of them, what it grants, and how it is billed. */
export function PlanPrices(): ReactElement {
  const plan = useShownPlan();
  const meters = useMeters();
  const unitOf = (price: Price): string | null => (price.type === 'fixed' ? null : (meters.data?.find(({ code }) => code === price.meter)?.unit ?? null));
  return (
    <>
      <CurveCard plan={plan} unitOf={unitOf} />
      <PricesCard plan={plan} unitOf={unitOf} meters={meters.data} />
      <Cards columns="two">
        <Card title="What it grants">
          {plan.features.length === 0 ? (
            <p className={styles.soft}>It grants no features.</p>
          ) : (
            <Facts>
              {plan.features.map((grant) => (
                <Fact key={grant.feature} name={grant.feature}>
                  {wordsOfGrant(grant)}
                </Fact>
              ))}
            </Facts>
          )}
        </Card>
        <Card title="How it is billed">
          <Billing plan={plan} />
        </Card>
      </Cards>
    </>
  );
}

type UnitOf = (price: Price) => string | null;

/** The curve of the price in the address; of the first that has one otherwise. */
function CurveCard({ plan, unitOf }: { plan: Plan; unitOf: UnitOf }): ReactElement | null {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const cell = Number(search.cell ?? '0');
  const drawn = plan.prices.flatMap((price) => {
    const priced = pricedOf(price, { currency: plan.currency, model: price.type === 'usage' ? flatModelOf(price.model, price.code === search.price ? cell : 0) : undefined });
    return priced === undefined ? [] : [{ price, priced, costs: price.type === 'fixed' || wordsOfModel(price.model, { currency: plan.currency, unit: null }) !== 'free of charge' }];
  });
  const shown = drawn.find(({ price }) => price.code === search.price) ?? drawn.find(({ costs }) => costs) ?? drawn[0];
  if (shown === undefined) return null;
  const { price, priced } = shown;
  return (
    <Card
      title="Price curve"
      aside={
        <div className={styles.choice}>
          <SelectField label="Price" hideLabel value={price.code} onChange={({ target }) => void navigate({ search: { price: target.value }, replace: true, resetScroll: false })}>
            {drawn.map(({ price: each }) => (
              <option key={each.code} value={each.code}>
                {each.name ?? each.code}
              </option>
            ))}
          </SelectField>
          {price.type === 'usage' && price.model.type === 'dimensional' && (
            <SelectField label="Rate" hideLabel value={String(cell)} onChange={({ target }) => void navigate({ search: { price: price.code, cell: target.value }, replace: true, resetScroll: false })}>
              {price.model.cells.map(({ values }, index) => (
                <option key={index} value={index}>
                  {wordsOfCell(values)}
                </option>
              ))}
            </SelectField>
          )}
        </div>
      }
    >
      <PriceCurve
        name={price.name ?? price.code}
        priced={priced}
        unit={unitOf(price)}
        quantity={search.quantity}
        onQuantity={(quantity) => void navigate({ search: ({ quantity: _before, ...rest }) => (quantity === '' ? rest : { ...rest, quantity }), replace: true, resetScroll: false })}
      />
    </Card>
  );
}

function PricesCard({ plan, unitOf, meters }: { plan: Plan; unitOf: UnitOf; meters: readonly Meter[] | undefined }): ReactElement {
  const { currency, interval, prices } = plan;
  const columns: Column<Price>[] = [
    {
      key: 'name',
      header: 'Price',
      cell: ({ name, code }) => (
        <>
          <span className={styles.name}>{name ?? code}</span>
          {name !== undefined && <code className={styles.code}>{code}</code>}
        </>
      ),
    },
    { key: 'kind', header: 'Kind', cell: (price) => (price.type === 'fixed' ? 'Fixed, in advance' : `${MODEL_NAMES[price.model.type]}, in arrears`), wideOnly: true },
    {
      key: 'says',
      header: 'What it says',
      cell: (price) => (price.type === 'fixed' ? wordsOfFixed(price, { currency, interval }) : <UsageWords price={price} plan={plan} unit={unitOf(price)} />),
    },
    {
      key: 'meter',
      header: 'Counted by',
      cell: (price) => (price.type === 'fixed' ? '—' : (meters?.find(({ code }) => code === price.meter)?.name ?? price.meter)),
      wideOnly: true,
    },
    { key: 'from', header: 'Paid from', cell: ({ paid_from: from = 'invoice' }) => from, wideOnly: true },
  ];
  return (
    <Card flush title="Prices" aside={<span className={styles.soft}>{prices.length}</span>}>
      {prices.length === 0 ? <Empty icon="plan" title="No prices">The plan costs nothing and counts nothing.</Empty> : <Table caption="Prices of the plan" columns={columns} rows={prices} rowKey={({ code }) => code} />}
    </Card>
  );
}

function UsageWords({ price, plan: { currency, interval }, unit }: { price: UsagePrice; plan: Plan; unit: string | null }): ReactElement {
  const { model, rollover, overage } = price;
  const money = (amount: string): string => formatMoney({ amount, currency });
  return (
    <div className={styles.usage}>
      <span>
        {wordsOfIncluded(price, { interval, unit })}
        {price.included !== 'unlimited' && (overage === 'blocked' ? ', no more than that' : `, then ${wordsOfModel(model, { currency, unit })}`)}
      </span>
      {(model.type === 'graduated' || model.type === 'volume') && (
        <ul className={styles.tiers}>
          {model.tiers.map((tier, index) => (
            <li key={index}>
              {wordsOfTier(tier, model.tiers[index - 1])}: {[tier.unit_amount !== undefined && `${money(tier.unit_amount)} each`, tier.flat_amount !== undefined && `${money(tier.flat_amount)} once`].filter(Boolean).join(' + ') || 'free'}
            </li>
          ))}
        </ul>
      )}
      <span className={styles.badges}>
        {rollover != null && <Badge tone="info">unused units carry over</Badge>}
        {overage === 'blocked' && <Badge tone="warning">overage blocked</Badge>}
        {price.overage_cap != null && <Badge>overage at most {money(price.overage_cap)}</Badge>}
        {price.minimum != null && <Badge>at least {money(price.minimum)}</Badge>}
        {price.maximum != null && <Badge>at most {money(price.maximum)}</Badge>}
      </span>
    </div>
  );
}

function Billing({ plan }: { plan: Plan }): ReactElement {
  const { currency, minimum, maximum } = plan;
  return (
    <Facts>
      <Fact name="Interval">
        every {wordsOfInterval(plan.interval)}, {plan.alignment === 'calendar' ? 'by the calendar' : 'from the day it began'}
      </Fact>
      <Fact name="Trial">{plan.trial_days === 0 ? 'none' : `${plan.trial_days} days`}</Fact>
      <Fact name="Parts of a period">{{ by_second: 'measured by the second', by_day: 'measured by the day', none: 'not measured: a period costs all of it' }[plan.proration]}</Fact>
      {minimum != null && <Fact name="A period costs at least">{formatMoney({ amount: minimum, currency })}</Fact>}
      {maximum != null && <Fact name="A period costs at most">{formatMoney({ amount: maximum, currency })}</Fact>}
      <Fact name="Late events">{(plan.invoice_grace_hours ?? 0) === 0 ? 'an invoice does not wait for them' : `an invoice waits ${plan.invoice_grace_hours} hours for them`}</Fact>
      <Fact name="Collection">{plan.collection === 'charge' ? 'the card on file is charged' : 'invoices are sent'}</Fact>
      <Fact name="Wallet">{plan.wallet_credit === 'kept' ? 'pays no invoices' : 'pays invoices as far as it goes'}</Fact>
      <Fact name="Self-service">{plan.self_service === true ? `customers take it themselves${plan.family == null ? '' : `, within ${plan.family}`}` : 'no'}</Fact>
    </Facts>
  );
}
