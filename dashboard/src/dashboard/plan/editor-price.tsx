import type { Interval, Meter, Model } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { FieldRow, SelectField, SwitchField, TextField } from '../../part/field.js';
import { faultAt } from '../../part/form.js';
import { newTier, WINDOW_UNITS, type DraftPrice, type DraftTier, type WindowUnit } from './draft.js';
import { PriceExample } from './editor-example.js';
import styles from './editor-price.module.css';
import { MODEL_NAMES, wordsOfInterval } from './words.js';

interface PriceFieldsProps {
  price: DraftPrice;
  /** Where the price lies in what is sent: what is wrong is told by it. */
  pointer: string;
  currency: string;
  interval: Interval;
  meters: readonly Meter[];
  error: Error | null;
  onChange: (part: Partial<DraftPrice>) => void;
  onRemove: () => void;
}

/** One price of a plan, with what quantities would cost under it. */
export function PriceFields(props: PriceFieldsProps): ReactElement {
  const { price, pointer, currency, meters, error, onChange, onRemove } = props;
  const label = price.name.trim() === '' ? price.code : price.name;
  const meter = meters.find(({ code }) => code === price.meter);
  return (
    <Card
      title={`${price.type === 'fixed' ? 'Fixed price' : 'Usage price'}: ${label}`}
      aside={
        <Button small tone="quiet" icon="close" aria-label={`Remove the price ${label}`} onClick={onRemove}>
          Remove
        </Button>
      }
    >
      <div className={styles.price}>
        <div className={styles.fields}>
          <FieldRow>
            <TextField label="Price name" value={price.name} autoComplete="off" onChange={({ target }) => onChange({ name: target.value })} error={faultAt(error, `${pointer}/name`)} />
            <TextField
              label="Price code"
              value={price.code}
              autoComplete="off"
              spellCheck={false}
              hint={price.origin === undefined ? undefined : 'Another code is another price.'}
              onChange={({ target }) => onChange({ code: target.value })}
              error={faultAt(error, `${pointer}/code`)}
            />
          </FieldRow>
          {price.type === 'fixed' ? <FixedFields {...props} /> : <UsageFields {...props} />}
        </div>
        <PriceExample price={price} currency={currency} unit={price.type === 'usage' ? (meter?.unit ?? null) : null} />
      </div>
    </Card>
  );
}

function FixedFields({ price, pointer, currency, interval, error, onChange }: PriceFieldsProps): ReactElement {
  const packages = price.origin?.type === 'fixed' ? price.origin.package : undefined;
  return (
    <>
      <TextField
        label={`Amount a ${Number.isInteger(interval.count) ? wordsOfInterval(interval) : interval.unit}`}
        inputMode="decimal"
        after={currency}
        value={price.amount}
        hint={price.perSeat && packages != null ? `For every ${packages.size} together.` : undefined}
        onChange={({ target }) => onChange({ amount: target.value })}
        error={faultAt(error, `${pointer}/amount`)}
      />
      <PaidFromField price={price} pointer={pointer} error={error} onChange={onChange} />
      <SwitchField label="Per seat" hint="A subscription may have more than one of it." checked={price.perSeat} onChange={({ target }) => onChange({ perSeat: target.checked })} />
    </>
  );
}

const FLAT_MODELS = ['per_unit', 'graduated', 'volume', 'package'] as const;

function UsageFields(props: PriceFieldsProps): ReactElement {
  const { price, pointer, currency, meters, error, onChange } = props;
  const isDimensional = price.origin?.type === 'usage' && price.origin.model.type === 'dimensional';
  return (
    <>
      <FieldRow>
        <SelectField label="Counted by" value={price.meter} onChange={({ target }) => onChange({ meter: target.value })} error={faultAt(error, `${pointer}/meter`)}>
          <option value="">Choose a meter</option>
          {price.meter !== '' && meters.every(({ code }) => code !== price.meter) && <option value={price.meter}>{price.meter}</option>}
          {meters.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Included units"
          inputMode="decimal"
          hint="A number, or “unlimited”."
          value={price.included}
          onChange={({ target }) => onChange({ included: target.value })}
          error={faultAt(error, `${pointer}/included`)}
        />
      </FieldRow>
      <FieldRow>
        <SelectField label="Model" value={price.model} onChange={({ target }) => onChange({ model: modelNamed(target.value) })} error={faultAt(error, `${pointer}/model/type`)}>
          {FLAT_MODELS.map((model) => (
            <option key={model} value={model}>
              {MODEL_NAMES[model]}
            </option>
          ))}
          {isDimensional && <option value="dimensional">{MODEL_NAMES.dimensional}, as it is</option>}
        </SelectField>
        <SelectField label="Beyond what is included" value={price.overage} onChange={({ target }) => onChange({ overage: target.value === 'blocked' ? 'blocked' : 'allowed' })} error={faultAt(error, `${pointer}/overage`)}>
          <option value="allowed">Goes on, and is charged</option>
          <option value="blocked">Is blocked</option>
        </SelectField>
      </FieldRow>
      <ModelFields {...props} />
      <FieldRow>
        <TextField label="Costs at least" inputMode="decimal" after={currency} value={price.minimum} onChange={({ target }) => onChange({ minimum: target.value })} error={faultAt(error, `${pointer}/minimum`)} />
        <TextField label="Costs at most" inputMode="decimal" after={currency} value={price.maximum} onChange={({ target }) => onChange({ maximum: target.value })} error={faultAt(error, `${pointer}/maximum`)} />
        <PaidFromField price={price} pointer={pointer} error={error} onChange={onChange} />
      </FieldRow>
      <StretchFields {...props} />
    </>
  );
}

function PaidFromField({ price, pointer, error, onChange }: Pick<PriceFieldsProps, 'price' | 'pointer' | 'error' | 'onChange'>): ReactElement {
  return (
    <SelectField label="Paid from" value={price.paidFrom} onChange={({ target }) => onChange({ paidFrom: target.value === 'wallet' ? 'wallet' : 'invoice' })} error={faultAt(error, `${pointer}/paid_from`)}>
      <option value="invoice">Invoice</option>
      <option value="wallet">Wallet</option>
    </SelectField>
  );
}

const WINDOW_WORDS: Record<WindowUnit, string> = { '': 'The billing period', day: 'Day', week: 'Week', month: 'Month', year: 'Year', lifetime: 'For good: never starts anew' };
const ROLLOVER_WORDS: Record<DraftPrice['rollover'], string> = { none: 'Lapse', all: 'Carry over', multiple: 'Carry over, up to a multiple', units: 'Carry over, up to a number' };

/** Over which stretch usage counts, and what becomes of units that are left at its end. */
function StretchFields({ price, pointer, error, onChange }: PriceFieldsProps): ReactElement {
  const before = price.origin?.type === 'usage' ? price.origin.window : null;
  return (
    <FieldRow>
      <SelectField label="Counted over" value={price.window} onChange={({ target }) => onChange({ window: WINDOW_UNITS.find((each) => each === target.value) ?? '' })} error={faultAt(error, `${pointer}/window`)}>
        {WINDOW_UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {before != null && before.unit === unit && (before.count ?? 1) !== 1 ? `${before.count} ${unit}s` : WINDOW_WORDS[unit]}
          </option>
        ))}
      </SelectField>
      <SelectField label="Units that are left" value={price.rollover} onChange={({ target }) => onChange({ rollover: rolloverNamed(target.value) })} error={faultAt(error, `${pointer}/rollover`)}>
        {ROLLOVERS.map((each) => (
          <option key={each} value={each}>
            {ROLLOVER_WORDS[each]}
          </option>
        ))}
      </SelectField>
      {(price.rollover === 'multiple' || price.rollover === 'units') && (
        <TextField
          label={price.rollover === 'multiple' ? 'Times what is included' : 'Units at most'}
          inputMode="decimal"
          value={price.rolloverCap}
          onChange={({ target }) => onChange({ rolloverCap: target.value })}
          error={faultAt(error, `${pointer}/rollover/cap/${price.rollover}`) ?? faultAt(error, `${pointer}/rollover/cap`)}
        />
      )}
    </FieldRow>
  );
}

const ROLLOVERS = ['none', 'all', 'multiple', 'units'] as const;

function rolloverNamed(name: string): DraftPrice['rollover'] {
  return ROLLOVERS.find((each) => each === name) ?? 'none';
}

function ModelFields(props: PriceFieldsProps): ReactElement {
  const { price, pointer, currency, error, onChange } = props;
  const amount = (label: string): ReactElement => (
    <TextField label={label} inputMode="decimal" after={currency} value={price.amount} onChange={({ target }) => onChange({ amount: target.value })} error={faultAt(error, `${pointer}/model/amount`)} />
  );
  switch (price.model) {
    case 'per_unit':
      return amount('Amount a unit');
    case 'package':
      return (
        <FieldRow>
          <TextField label="Units in a package" inputMode="decimal" value={price.size} onChange={({ target }) => onChange({ size: target.value })} error={faultAt(error, `${pointer}/model/size`)} />
          {amount('Amount a package')}
          <SelectField label="A package that is not full" value={price.round} onChange={({ target }) => onChange({ round: target.value === 'down' ? 'down' : 'up' })}>
            <option value="up">Counts as one</option>
            <option value="down">Costs nothing</option>
          </SelectField>
        </FieldRow>
      );
    case 'graduated':
    case 'volume':
      return <TierFields {...props} />;
    case 'dimensional':
      return <p className={styles.note}>Its rates by dimension stay as they are; another model replaces them.</p>;
  }
}

function TierFields({ price, pointer, currency, error, onChange }: PriceFieldsProps): ReactElement {
  const { tiers } = price;
  const change = (id: number, part: Partial<DraftTier>): void => onChange({ tiers: tiers.map((tier) => (tier.id === id ? { ...tier, ...part } : tier)) });
  const add = (): void => onChange({ tiers: [...tiers.slice(0, -1), newTier(), ...tiers.slice(-1)] });
  const whole = faultAt(error, `${pointer}/model/tiers`);
  return (
    <fieldset className={styles.tiers}>
      <legend>{price.model === 'graduated' ? 'Tiers: each unit at the rate of its own tier' : 'Tiers: every unit at the rate of the tier that is reached'}</legend>
      {tiers.map((tier, index) => {
        const place = `${pointer}/model/tiers/${index}`;
        const isLast = index === tiers.length - 1;
        return (
          <div key={tier.id} className={styles.tier} role="group" aria-label={`Tier ${index + 1}`}>
            {isLast ? (
              <p className={styles.last}>
                <span>Up to</span>
                no end
              </p>
            ) : (
              <TextField label="Up to" inputMode="decimal" value={tier.upTo} onChange={({ target }) => change(tier.id, { upTo: target.value })} error={faultAt(error, `${place}/up_to`) ?? faultAt(error, place)} />
            )}
            <TextField label="Each" inputMode="decimal" after={currency} value={tier.unitAmount} onChange={({ target }) => change(tier.id, { unitAmount: target.value })} error={faultAt(error, `${place}/unit_amount`) ?? (isLast ? faultAt(error, place) : undefined)} />
            <TextField label="Once" inputMode="decimal" after={currency} value={tier.flatAmount} onChange={({ target }) => change(tier.id, { flatAmount: target.value })} error={faultAt(error, `${place}/flat_amount`)} />
            <Button
              tone="quiet"
              icon="close"
              aria-label={`Remove tier ${index + 1}`}
              disabledReason={isLast ? 'The last tier has no end, and stays.' : undefined}
              onClick={() => onChange({ tiers: tiers.filter(({ id }) => id !== tier.id) })}
            />
          </div>
        );
      })}
      {whole !== undefined && <p className={styles.fault}>{whole}</p>}
      <div>
        <Button small icon="plus" onClick={add}>
          Tier
        </Button>
      </div>
    </fieldset>
  );
}

function modelNamed(name: string): Model['type'] {
  return ([...FLAT_MODELS, 'dimensional'] as const).find((each) => each === name) ?? 'per_unit';
}
