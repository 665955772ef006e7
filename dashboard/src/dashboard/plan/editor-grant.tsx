import type { Feature } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { SelectField, SwitchField, TextField } from '../../part/field.js';
import { faultAt } from '../../part/form.js';
import { useFeatures } from '../customer/feature.js';
import type { DraftPrice } from './draft.js';
import { newGrant, type DraftGrant } from './draft-grant.js';
import styles from './editor-grant.module.css';

interface GrantsProps {
  grants: readonly DraftGrant[];
  prices: readonly DraftPrice[];
  error: Error | null;
  onChange: (grants: readonly DraftGrant[], isOtherOrder: boolean) => void;
}

/** What a plan grants: flags, limits, and what its usage prices count. */
export function Grants({ grants, prices, error, onChange }: GrantsProps): ReactElement {
  const { features } = useFeatures();
  const isFull = features.length > 0 && features.every(({ code }) => grants.some(({ feature }) => feature === code));
  const nextId = 1 + Math.max(0, ...grants.map(({ id }) => id));
  return (
    <Card title="What it grants">
      <div className={styles.grants}>
        {grants.length === 0 && <p className={styles.none}>Nothing beyond what is used and paid for.</p>}
        {grants.map((grant, index) => (
          <GrantFields
            key={grant.id}
            grant={grant}
            pointer={`/features/${index}`}
            features={features.filter(({ code }) => code === grant.feature || grants.every(({ feature }) => feature !== code))}
            prices={prices}
            error={error}
            onChange={(part) => onChange(grants.map((each) => (each.id === grant.id ? { ...each, ...part } : each)), part.feature !== undefined)}
            onRemove={() => onChange(grants.filter(({ id }) => id !== grant.id), true)}
          />
        ))}
        <div>
          <Button
            small
            icon="plus"
            onClick={() => onChange([...grants, newGrant(nextId)], true)}
            disabledReason={features.length === 0 ? 'There is no feature yet: define one by the API first.' : isFull ? 'It grants every feature that there is.' : undefined}
          >
            Feature
          </Button>
        </div>
      </div>
    </Card>
  );
}

interface GrantFieldsProps {
  grant: DraftGrant;
  pointer: string;
  /** Those that nothing else grants. */
  features: readonly Feature[];
  prices: readonly DraftPrice[];
  error: Error | null;
  onChange: (part: Partial<DraftGrant>) => void;
  onRemove: () => void;
}

function GrantFields(props: GrantFieldsProps): ReactElement {
  const { grant, pointer, features, error, onChange, onRemove } = props;
  const feature = features.find(({ code }) => code === grant.feature);
  const name = feature?.name ?? grant.feature;
  return (
    <div className={styles.grant} role="group" aria-label={name === '' ? 'A new grant' : `Grant of ${name}`}>
      <SelectField label="Feature" value={grant.feature} onChange={({ target }) => onChange({ feature: target.value })} error={faultAt(error, `${pointer}/feature`) ?? faultAt(error, pointer)}>
        <option value="">Choose a feature</option>
        {grant.feature !== '' && feature === undefined && <option value={grant.feature}>{grant.feature}</option>}
        {features.map(({ code, name: title }) => (
          <option key={code} value={code}>
            {title}
          </option>
        ))}
      </SelectField>
      {feature?.type === 'flag' && (
        <div className={styles.flag}>
          <SwitchField label="Granted" checked={grant.isGranted} onChange={({ target }) => onChange({ isGranted: target.checked })} />
        </div>
      )}
      {feature?.type === 'limit' && <LimitFields {...props} feature={feature} />}
      {feature?.type === 'metered' && <MeteredFields {...props} feature={feature} />}
      <Button tone="quiet" icon="close" aria-label={name === '' ? 'Remove the new grant' : `Remove the grant of ${name}`} onClick={onRemove} />
    </div>
  );
}

function LimitFields({ grant, pointer, prices, feature, error, onChange }: GrantFieldsProps & { feature: Feature }): ReactElement {
  const seats = prices.filter(({ type, perSeat }) => type === 'fixed' && perSeat);
  return (
    <>
      <TextField
        label="Limit"
        hint={feature.unit === 'size' ? 'In bytes, or “unlimited”.' : 'A number, or “unlimited”.'}
        inputMode="decimal"
        value={grant.limit}
        onChange={({ target }) => onChange({ limit: target.value })}
        error={faultAt(error, `${pointer}/limit`)}
      />
      <SelectField label="Counts" value={grant.perQuantityOf} onChange={({ target }) => onChange({ perQuantityOf: target.value })} error={faultAt(error, `${pointer}/per_quantity_of`)}>
        <option value="">Once</option>
        {grant.perQuantityOf !== '' && seats.every(({ code }) => code !== grant.perQuantityOf) && <option value={grant.perQuantityOf}>For each of {grant.perQuantityOf}</option>}
        {seats.map(({ id, code, name }) => (
          <option key={id} value={code}>
            For each of {name.trim() === '' ? code : name}
          </option>
        ))}
      </SelectField>
    </>
  );
}

function MeteredFields({ grant, pointer, prices, feature, error, onChange }: GrantFieldsProps & { feature: Feature }): ReactElement {
  const counting = prices.filter(({ type, meter }) => type === 'usage' && (feature.meter === null || meter === feature.meter));
  return (
    <>
      <SelectField label="Counted by" value={grant.price} onChange={({ target }) => onChange({ price: target.value })} error={faultAt(error, `${pointer}/price`)}>
        <option value="">No price of the plan</option>
        {grant.price !== '' && counting.every(({ code }) => code !== grant.price) && <option value={grant.price}>{grant.price}</option>}
        {counting.map(({ id, code, name }) => (
          <option key={id} value={code}>
            {name.trim() === '' ? code : name}
          </option>
        ))}
      </SelectField>
      <TextField label="No more than" hint="Where the price sets no end." inputMode="decimal" value={grant.limit} onChange={({ target }) => onChange({ limit: target.value })} error={faultAt(error, `${pointer}/limit`)} />
    </>
  );
}
