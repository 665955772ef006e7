import type { Entitlement, EntitlementSource, Feature, OverrideInput, State } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, SwitchField, TextField } from '../../part/field.js';
import { faultAt, textOf } from '../../part/form.js';
import { formatInstant, fromLocalText, Instant } from '../../part/instant.js';
import { formatQuantity } from '../../part/quantity.js';
import { Table, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { Compared } from '../../customer/compared.js';
import styles from './entitlement.module.css';
import { useFeatures } from './feature.js';
import { customerKey, useLooked } from '../../customer/state.js';
import { Why } from './why.js';

/** What a customer may use, how much of it is left, and where the right comes from. */
export function CustomerEntitlements(): ReactElement {
  const { state, at } = useLooked();
  const [asked, setAsked] = useState<string | null>();
  const { features, unitOf } = useFeatures();
  const columns: Column<Entitlement>[] = [
    {
      key: 'feature',
      header: 'Feature',
      cell: ({ feature, name }) => (
        <>
          <span className={styles.name}>{name}</span>
          <Why what={name} find={({ explanations }) => explanations?.[`entitlements/${feature}`]} />
        </>
      ),
    },
    { key: 'granted', header: 'Granted', cell: ({ feature }) => <Compared of={(from) => find(from, feature)?.granted} show={(granted) => <Badge tone={granted === true ? 'good' : 'neutral'}>{granted === true ? 'yes' : 'no'}</Badge>} /> },
    { key: 'limit', header: 'Limit', align: 'end', cell: ({ feature }) => <Compared of={(from) => find(from, feature)?.limit} show={(limit) => (limit == null ? '—' : formatQuantity(limit, unitOf(feature)))} /> },
    { key: 'used', header: 'Used', align: 'end', cell: ({ feature }) => <Compared of={(from) => find(from, feature)?.used} show={(used) => (used == null ? '—' : formatQuantity(used, unitOf(feature)))} /> },
    {
      key: 'remaining',
      header: 'Left',
      align: 'end',
      cell: ({ feature, held, overage_allowed: goesOn }) => (
        <>
          <Compared of={(from) => find(from, feature)?.remaining} show={(remaining) => (remaining == null ? '—' : formatQuantity(remaining, unitOf(feature)))} />
          {held !== '0' && <span className={styles.note}>{formatQuantity(held, unitOf(feature))} held</span>}
          {goesOn && <span className={styles.note}>then overage</span>}
        </>
      ),
    },
    { key: 'resets', header: 'Starts anew', cell: ({ resets_at: resetsAt }) => <Instant at={resetsAt} precision="day" none="never" />, wideOnly: true },
    { key: 'sources', header: 'Comes from', cell: ({ feature, sources }) => <Sources sources={sources} unit={unitOf(feature)} />, wideOnly: true },
    {
      key: 'override',
      header: 'Override',
      align: 'end',
      cell: ({ feature, name }) => (
        <Button small tone="quiet" aria-label={`Override ${name}`} disabledReason={at === undefined ? undefined : 'Only what is now can be changed.'} onClick={() => setAsked(feature)}>
          Override
        </Button>
      ),
    },
  ];
  return (
    <>
      <Card
        flush
        title="Entitlements"
        aside={
          <Button small icon="plus" disabledReason={at === undefined ? undefined : 'Only what is now can be changed.'} onClick={() => setAsked(null)}>
            Grant a feature
          </Button>
        }
      >
        {state.entitlements.length === 0 ? (
          <Empty icon="check" title="Nothing is granted">
            Neither a plan nor an override gives the customer a feature.
          </Empty>
        ) : (
          <Table caption="Entitlements" columns={columns} rows={state.entitlements} rowKey={({ feature }) => feature} />
        )}
      </Card>
      {asked !== undefined && <OverrideDialog feature={asked} features={features} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function find({ entitlements }: State, code: string): Entitlement | undefined {
  return entitlements.find(({ feature }) => feature === code);
}

function Sources({ sources, unit }: { sources: readonly EntitlementSource[]; unit: string | null }): ReactElement {
  return (
    <ul className={styles.sources}>
      {sources.map(({ type, plan, limit, granted, reason, expires_at: expiresAt }, index) => (
        <li key={index}>
          {type === 'override' ? `Override: ${reason ?? ''}` : `${type === 'addon' ? 'Add-on' : 'Plan'} ${plan ?? ''}`}
          {!granted && ', denied'}
          {limit !== null && sources.length > 1 && `, ${formatQuantity(limit, unit)}`}
          {expiresAt !== null && `, until ${formatInstant(expiresAt, { precision: 'day' })}`}
        </li>
      ))}
    </ul>
  );
}

/** Grants or denies a feature beside the plans, or takes that back. */
function OverrideDialog({ feature, features, onClose }: { feature: string | null; features: readonly Feature[]; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const [code, setCode] = useState(feature ?? '');
  const [isGranted, setGranted] = useState(true);
  const touches = [customerKey(customer)];
  const present = now.entitlements.find((each) => each.feature === code);
  const hasOverride = present?.sources.some(({ type }) => type === 'override') === true;
  const type = features.find((each) => each.code === code)?.type ?? present?.type;
  const save = useCommand({ run: (override: OverrideInput) => client.setOverride(customer, code, override), done: () => 'The override is in force.', touches, onDone: onClose });
  const remove = useCommand({ run: () => client.removeOverride(customer, code), done: () => 'The plans alone decide again.', touches, onDone: onClose });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const limit = textOf(form, 'limit');
    save.run({
      granted: isGranted,
      reason: textOf(form, 'reason') ?? '',
      ...(limit === null ? {} : { limit }),
      combine: (textOf(form, 'combine') ?? 'replace') as 'replace' | 'add' | 'max',
      expires_at: fromLocalText(textOf(form, 'expires_at') ?? '') ?? null,
    });
  };
  const error = save.error ?? remove.error;
  return (
    <Dialog
      title={feature === null ? 'Grant a feature' : `Override ${present?.name ?? feature}`}
      onClose={onClose}
      actions={
        <>
          <Button busy={remove.isBusy} disabledReason={hasOverride ? undefined : 'There is no override of it.'} onClick={() => remove.run(undefined)}>
            Remove the override
          </Button>
          <Button tone="primary" type="submit" form="override" busy={save.isBusy} disabledReason={code === '' ? 'Choose a feature first.' : undefined}>
            Save
          </Button>
        </>
      }
    >
      <Form id="override" onSubmit={submit}>
        {feature === null && (
          <SelectField label="Feature" value={code} onChange={({ target }) => setCode(target.value)}>
            <option value="">Choose a feature</option>
            {features.map((each) => (
              <option key={each.code} value={each.code}>
                {each.name}
              </option>
            ))}
          </SelectField>
        )}
        <SwitchField label="Granted" hint="Off: it is taken away, whatever the plans say." checked={isGranted} onChange={({ target }) => setGranted(target.checked)} />
        {isGranted && type !== 'flag' && (
          <FieldRow>
            <TextField label="Limit" name="limit" hint="A number, or unlimited." error={faultAt(error, '/limit')} autoComplete="off" />
            <SelectField label="With what the plans grant" name="combine" defaultValue="replace">
              <option value="replace">Stands in its place</option>
              <option value="add">Is added</option>
              <option value="max">The larger one counts</option>
            </SelectField>
          </FieldRow>
        )}
        <FieldRow>
          <TextField label="Reason" name="reason" hint="For whoever asks later." error={faultAt(error, '/reason')} autoComplete="off" />
          <TextField label="Until" name="expires_at" type="datetime-local" hint="Without: for good." error={faultAt(error, '/expires_at')} />
        </FieldRow>
        {error !== null && <ErrorNote error={error} />}
      </Form>
    </Dialog>
  );
}
