import type { TopUpSettingsInput, TopUpStatus } from '@paidup/sdk';
import { useState, type ReactElement } from 'react';
import { Badge } from '../part/badge.js';
import { Button } from '../part/button.js';
import { Card, Fact, Facts } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Dialog } from '../part/dialog.js';
import { ErrorNote } from '../part/error.js';
import { FieldRow, Form, SwitchField, TextField } from '../part/field.js';
import { faultAt } from '../part/form.js';
import { Instant } from '../part/instant.js';
import { formatMoney } from '../part/money.js';
import { useClient } from '../session/session.js';
import { Compared } from './compared.js';
import { useMayNot } from './right.js';
import { customerKey, useLooked } from './state.js';
import styles from './wallet.module.css';

/** When the wallet fills itself, and what that is doing. */
export function TopUpCard(): ReactElement {
  const { state, now, at } = useLooked();
  const [isOpen, setOpen] = useState(false);
  const mayNot = useMayNot('settings:write');
  const settings = state.top_up;
  const change = (
    <Button small disabledReason={at === undefined ? mayNot : 'Only what is now can be changed.'} onClick={() => setOpen(true)}>
      {settings === null ? 'Set up' : 'Change'}
    </Button>
  );
  return (
    <Card title="Automatic top-up" aside={change}>
      {settings === null ? <p>The wallet does not fill itself.</p> : <Status settings={settings} />}
      {settings?.enabled === true && settings.halted === null && now.payment_method.status !== 'set' && <p>Nothing is charged until a card that is good is on file.</p>}
      {isOpen && <TopUpDialog onClose={() => setOpen(false)} />}
    </Card>
  );
}

/** What a provider says of a card it declined, as words: insufficient_funds is "insufficient funds". */
export function declineWords(reason: string): string {
  return reason.replaceAll('_', ' ');
}

const HALTED = { daily_ceiling: 'the most for a day is charged', cool_off: 'it waits after a declined charge', payment_method_missing: 'there is no card on file' };

function Status({ settings }: { settings: TopUpStatus }): ReactElement {
  const { currency, switched_off: switchedOff, halted, charging, topped_up_today: today } = settings;
  const money = (amount: string): string => formatMoney({ amount, currency });
  return (
    <div className={styles.card}>
      <Facts>
        <Fact name="State">
          <Compared of={({ top_up: topUp }) => topUp?.enabled} show={(enabled) => <Badge tone={enabled === true ? 'good' : 'neutral'}>{enabled === true ? 'on' : 'off'}</Badge>} />
        </Fact>
        <Fact name="Below">
          <Compared of={({ top_up: topUp }) => topUp?.min_balance} show={(amount) => (amount === undefined ? 'none' : money(amount))} />
        </Fact>
        <Fact name="Filled up to">
          <Compared of={({ top_up: topUp }) => topUp?.up_to_balance} show={(amount) => (amount === undefined ? 'none' : money(amount))} />
        </Fact>
        <Fact name="At most a day">
          <Compared of={({ top_up: topUp }) => topUp?.daily_ceiling} show={(amount) => (amount === undefined ? 'none' : money(amount))} /> ({money(today)} today)
        </Fact>
      </Facts>
      {charging !== null && <p className={styles.note}>Charging {money(charging.amount)} since <Instant at={charging.since} />.</p>}
      {switchedOff !== null && <p className={styles.note}>It switched itself off: the card was declined ({declineWords(switchedOff)}).</p>}
      {halted !== null && (
        <p className={styles.note}>
          It does not fill now: {HALTED[halted.reason]}
          {halted.until !== null && (
            <>
              , until <Instant at={halted.until} />
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

/** What the engine takes; it refuses the rest, and here one reads it before sending. */
const BOUNDS = { min: { least: 5, most: 1000 }, upTo: { least: 6, most: 5000 } };

/** Its two bounds and the most for a day. */
export function TopUpDialog({ lead, onClose }: { lead?: string; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const before = now.top_up;
  const [isEnabled, setEnabled] = useState(before?.enabled ?? true);
  const [min, setMin] = useState(before?.min_balance ?? '10');
  const [upTo, setUpTo] = useState(before?.up_to_balance ?? '100');
  const [ceiling, setCeiling] = useState(before?.daily_ceiling ?? '');
  const touches = [customerKey(customer)];
  const save = useCommand({ run: (settings: TopUpSettingsInput) => client.setTopUpSettings(customer, settings), done: ({ enabled }) => (enabled ? 'The wallet fills itself from now on.' : 'The automatic top-up is off.'), touches, onDone: onClose });
  const remove = useCommand({ run: () => client.deleteTopUpSettings(customer), done: () => 'The settings are gone.', touches, onDone: onClose });
  const error = save.error ?? remove.error;
  const minFault = faultOfBound(min, BOUNDS.min) ?? faultAt(error, '/min_balance');
  const upToFault = faultOfBound(upTo, BOUNDS.upTo) ?? (minFault === undefined && Number(upTo) <= Number(min) ? 'Must be above the balance that it fills below.' : undefined) ?? faultAt(error, '/up_to_balance');
  const isFine = minFault === undefined && upToFault === undefined;
  return (
    <Dialog
      title="Automatic top-up"
      onClose={onClose}
      actions={
        <>
          <Button busy={remove.isBusy} disabledReason={before === null ? 'There are no settings yet.' : undefined} onClick={() => remove.run(undefined)}>
            Remove
          </Button>
          <Button tone="primary" type="submit" form="top-up" busy={save.isBusy} disabledReason={isFine ? undefined : 'A bound is not right yet: see the fields.'}>
            Save
          </Button>
        </>
      }
    >
      {lead !== undefined && <p>{lead}</p>}
      <Form
        id="top-up"
        onSubmit={(event) => {
          event.preventDefault();
          if (isFine) save.run({ enabled: isEnabled, min_balance: min.trim(), up_to_balance: upTo.trim(), currency, ...(ceiling.trim() === '' ? {} : { daily_ceiling: ceiling.trim() }) });
        }}
      >
        <SwitchField label="The wallet fills itself" hint="The card on file is charged when the balance falls below the bound." checked={isEnabled} onChange={({ target }) => setEnabled(target.checked)} />
        <FieldRow>
          <TextField label="When it is below" inputMode="numeric" after={currency} autoComplete="off" value={min} onChange={({ target }) => setMin(target.value)} error={minFault} hint={`A whole number from ${BOUNDS.min.least} to ${BOUNDS.min.most}.`} />
          <TextField label="Fill it up to" inputMode="numeric" after={currency} autoComplete="off" value={upTo} onChange={({ target }) => setUpTo(target.value)} error={upToFault} hint={`A whole number from ${BOUNDS.upTo.least} to ${BOUNDS.upTo.most}, above the other.`} />
        </FieldRow>
        <TextField label="At most a day" inputMode="numeric" after={currency} autoComplete="off" value={ceiling} onChange={({ target }) => setCeiling(target.value)} error={faultAt(error, '/daily_ceiling')} hint="Ten times what it is filled up to unless told." />
        {error !== null && <ErrorNote error={error} />}
      </Form>
    </Dialog>
  );
}

function faultOfBound(text: string, { least, most }: { least: number; most: number }): string | undefined {
  const isFine = /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
  return isFine ? undefined : `Must be a whole number from ${least} to ${most}.`;
}
