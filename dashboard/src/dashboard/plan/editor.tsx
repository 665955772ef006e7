import type { Plan } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, TextArea, TextField } from '../../part/field.js';
import { faultAt } from '../../part/form.js';
import { Icon } from '../../part/icon.js';
import { Page } from '../../part/page.js';
import { useClient } from '../../session/session.js';
import { useFeatures } from '../customer/feature.js';
import { useMeters } from '../meter/meter.js';
import { draftOf, inputOf, newDraft, newPrice, type Draft, type DraftPrice } from './draft.js';
import { Grants } from './editor-grant.js';
import { PriceFields } from './editor-price.js';
import { TermsFields } from './editor-terms.js';
import styles from './editor.module.css';
import { planKeys, usePlan } from './plan.js';

const route = getRouteApi('/dashboard/plans/$plan/edit');

export function NewPlanPage(): ReactElement {
  return (
    <Page
      title="New plan"
      lead="Its prices, with what quantities would cost, as you type."
      back={
        <Link to="/dashboard/plans">
          <Icon name="left" size={12} /> Plans
        </Link>
      }
    >
      <Editor plan={undefined} />
    </Page>
  );
}

export function EditPlanPage(): ReactElement {
  const { plan: code } = route.useParams();
  const query = usePlan(code);
  return (
    <Page
      title={query.data === undefined ? 'New version' : `New version of ${query.data.name}`}
      lead="Who has the plan keeps the version it has. New customers, and those who change to it, get this one."
      back={
        <Link to="/dashboard/plans/$plan" params={{ plan: code }}>
          <Icon name="left" size={12} /> {query.data?.name ?? 'The plan'}
        </Link>
      }
    >
      <Answer query={query} what="the plan" lines={10}>
        {/* What was loaded first is what is changed: a version that somebody else saves meanwhile does not move the fields. */}
        {(plan) => <Editor plan={plan} />}
      </Answer>
    </Page>
  );
}

function Editor({ plan }: { plan: Plan | undefined }): ReactElement {
  const client = useClient();
  const navigate = useNavigate();
  const [first] = useState<Draft>(() => (plan === undefined ? newDraft() : draftOf(plan)));
  const [draft, setDraft] = useState(first);
  const isSaved = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const { features } = useFeatures();
  const isTaken = useTakenCodes(plan === undefined);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(first);
  const command = useCommand({
    run: (input: Draft) => client.putPlan(input.code.trim(), inputOf(input, (code) => features.find((feature) => feature.code === code)?.type)),
    done: ({ name, version }) => `Version ${version} of ${name} is saved.`,
    touches: planKeys(plan?.code ?? draft.code.trim()),
    onDone: ({ code }) => {
      isSaved.current = true;
      void navigate({ to: '/dashboard/plans/$plan', params: { plan: code } });
    },
  });
  useEffect(() => {
    // To the first field that the engine does not take.
    if (command.error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [command.error]);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const codeFault = plan === undefined && isTaken(draft.code.trim()) ? 'There is a plan with this code: make a new version of it instead.' : undefined;
  const reason = draft.code.trim() === '' ? 'Give it a code first.' : codeFault ?? (isChanged ? undefined : 'Nothing is changed yet.');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason === undefined) command.run(draft);
  };
  return (
    <Form ref={form} onSubmit={submit}>
      <PlanFields draft={draft} isNew={plan === undefined} codeFault={codeFault} error={command.error} onChange={change} />
      <Prices draft={draft} error={command.error} onChange={(prices, isOtherOrder) => {
          change({ prices });
          // What was wrong is told by place: where places have moved, it is told anew with the next try.
          if (isOtherOrder) command.reset();
        }}
      />
      <Grants
        grants={draft.grants}
        prices={draft.prices}
        error={command.error}
        onChange={(grants, isOtherOrder) => {
          change({ grants });
          if (isOtherOrder) command.reset();
        }}
      />
      <TermsFields terms={draft.terms} currency={draft.currency.trim().toUpperCase()} error={command.error} onChange={(part) => change({ terms: { ...draft.terms, ...part } })} />
      {command.error !== null && <ErrorNote error={command.error} />}
      <div className={styles.bar}>
        <Button type="submit" tone="primary" busy={command.isBusy} disabledReason={reason}>
          {plan === undefined ? 'Save the plan' : 'Save as a new version'}
        </Button>
        {plan === undefined ? <ButtonLink to="/dashboard/plans">Cancel</ButtonLink> : <ButtonLink to="/dashboard/plans/$plan" params={{ plan: plan.code }}>Cancel</ButtonLink>}
      </div>
      <LeaveDialog isWanted={() => isChanged && !isSaved.current} />
    </Form>
  );
}

/** Whether a plan of some code is there, sold or not; asked once, as the page opens. */
function useTakenCodes(isWanted: boolean): (code: string) => boolean {
  const client = useClient();
  const { data = [] } = useQuery({
    queryKey: ['plans', 'codes'],
    queryFn: async ({ signal }) => {
      const codes: string[] = [];
      for await (const { code } of client.plans({}, { signal })) codes.push(code);
      for await (const { code } of client.plans({ archived: true }, { signal })) codes.push(code);
      return codes;
    },
    enabled: isWanted,
  });
  return (code) => data.includes(code);
}

interface PlanFieldsProps {
  draft: Draft;
  isNew: boolean;
  codeFault: string | undefined;
  error: Error | null;
  onChange: (part: Partial<Draft>) => void;
}

function PlanFields({ draft, isNew, codeFault, error, onChange }: PlanFieldsProps): ReactElement {
  return (
    <Card title="Plan">
      <div className={styles.fields}>
        <FieldRow>
          <TextField label="Name" value={draft.name} autoComplete="off" onChange={({ target }) => onChange({ name: target.value })} error={faultAt(error, '/name')} />
          {isNew && (
            <TextField
              label="Code"
              hint="What programs call it: small letters, digits and _. It stays."
              value={draft.code}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => onChange({ code: target.value })}
              error={codeFault ?? faultAt(error, '/code') ?? faultAt(error, 'params:/code')}
            />
          )}
        </FieldRow>
        <TextArea label="Description" rows={2} value={draft.description} onChange={({ target }) => onChange({ description: target.value })} error={faultAt(error, '/description')} />
        <FieldRow>
          <TextField label="Currency" hint="Three letters, such as EUR." value={draft.currency} maxLength={3} autoComplete="off" spellCheck={false} onChange={({ target }) => onChange({ currency: target.value })} error={faultAt(error, '/currency')} />
          <TextField label="Billed every" inputMode="numeric" value={draft.count} onChange={({ target }) => onChange({ count: target.value })} error={faultAt(error, '/interval/count') ?? faultAt(error, '/interval')} />
          <SelectField label="Interval" value={draft.unit} onChange={({ target }) => onChange({ unit: UNITS.find((unit) => unit === target.value) ?? 'month' })} error={faultAt(error, '/interval/unit')}>
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {draft.count === '1' ? unit : `${unit}s`}
              </option>
            ))}
          </SelectField>
          <TextField label="Trial, in days" inputMode="numeric" value={draft.trialDays} onChange={({ target }) => onChange({ trialDays: target.value })} error={faultAt(error, '/trial_days')} />
        </FieldRow>
      </div>
    </Card>
  );
}

const UNITS = ['day', 'week', 'month', 'year'] as const;

interface PricesProps {
  draft: Draft;
  error: Error | null;
  onChange: (prices: readonly DraftPrice[], isOtherOrder: boolean) => void;
}

function Prices({ draft: { prices, currency, unit, count }, error, onChange }: PricesProps): ReactElement {
  const meters = useMeters();
  const add = (type: DraftPrice['type']): void => onChange([...prices, newPrice(type, prices.map(({ code }) => code))], true);
  return (
    <>
      {prices.map((price, index) => (
        <PriceFields
          key={price.id}
          price={price}
          pointer={`/prices/${index}`}
          currency={currency.trim().toUpperCase()}
          interval={{ unit, count: Number(count) }}
          meters={meters.data ?? []}
          error={error}
          onChange={(part) => onChange(prices.map((each) => (each.id === price.id ? { ...each, ...part } : each)), part.type !== undefined || part.model !== undefined || part.tiers?.length !== price.tiers.length)}
          onRemove={() => onChange(prices.filter((each) => each.id !== price.id), true)}
        />
      ))}
      {prices.length === 0 && (
        <Card>
          <Empty icon="plan" title="No prices">
            Without any, the plan costs nothing and counts nothing.
          </Empty>
        </Card>
      )}
      <div className={styles.add}>
        <Button icon="plus" onClick={() => add('fixed')}>
          Fixed price
        </Button>
        <Button icon="plus" onClick={() => add('usage')} disabledReason={meters.data?.length === 0 ? 'There is no meter that could count usage: make one first.' : undefined}>
          Usage price
        </Button>
      </div>
    </>
  );
}

/** Asks before what was typed is lost. */
function LeaveDialog({ isWanted }: { isWanted: () => boolean }): ReactElement | null {
  const { status, proceed, reset } = useBlocker({ shouldBlockFn: isWanted, enableBeforeUnload: isWanted, withResolver: true });
  if (status !== 'blocked') return null;
  return (
    <Dialog
      title="Leave without saving?"
      onClose={reset}
      actions={
        <>
          <Button onClick={reset}>Go on editing</Button>
          <Button tone="danger" onClick={proceed}>
            Leave
          </Button>
        </>
      }
    >
      <p>What was typed here is lost then.</p>
    </Dialog>
  );
}
