import type { AlertFiring, AlertInput, AlertThreshold, UsageAlert } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, SwitchField, TextField } from '../../part/field.js';
import { faultAt, readDecimal, textOf } from '../../part/form.js';
import { Instant } from '../../part/instant.js';
import { Menu, MenuItem } from '../../part/menu.js';
import { usePageList } from '../../part/page-list.js';
import { formatQuantity } from '../../part/quantity.js';
import { ListTable, Table, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './alert.module.css';
import { AlwaysNow } from './moment.js';
import { customerKey, useLooked } from '../../customer/state.js';

const firingColumns: readonly Column<AlertFiring>[] = [
  { key: 'at', header: 'When', cell: ({ fired_at: at }) => <Instant at={at} /> },
  { key: 'alert', header: 'Alert', cell: ({ name, meter, threshold }) => name ?? `${meter}: ${wordsOfThreshold(threshold)}` },
  { key: 'used', header: 'Used', cell: ({ used }) => formatQuantity(used), align: 'end' },
  { key: 'limit', header: 'Of', cell: ({ limit }) => formatQuantity(limit), align: 'end', wideOnly: true },
];

/** Usage alerts: how far each is, and what they have told. */
export function CustomerAlerts(): ReactElement {
  const client = useClient();
  const { state, customer, at } = useLooked();
  const [asked, setAsked] = useState<UsageAlert | null>();
  const [dropped, setDropped] = useState<UsageAlert>();
  const firings = usePageList(['customer', customer, 'alert-firings'], ({ page, signal }) => client.listAlertFirings(customer, page, { signal }));
  const notNow = at === undefined ? undefined : 'Only what is now can be changed.';
  const columns: Column<UsageAlert>[] = [
    {
      key: 'name',
      header: 'Alert',
      cell: ({ name, meter, threshold }) => (
        <>
          <span className={styles.name}>{name ?? meter}</span>
          <span className={styles.note}>
            {meter}: {wordsOfThreshold(threshold)}
          </span>
        </>
      ),
    },
    { key: 'enabled', header: 'State', cell: ({ enabled }) => <Badge tone={enabled ? 'good' : 'neutral'}>{enabled ? 'on' : 'off'}</Badge> },
    { key: 'progress', header: 'How far', cell: ({ windows }) => <Progress windows={windows} /> },
    { key: 'email', header: 'For', cell: ({ email }) => email ?? '—', wideOnly: true },
    { key: 'last', header: 'Last told', cell: ({ last_fired: last }) => <Instant at={last?.at ?? null} none="never" />, wideOnly: true },
    {
      key: 'actions',
      header: '',
      align: 'end',
      cell: (alert) => (
        <Menu
          items={
            <>
              <MenuItem icon="setting" disabledReason={notNow} onSelect={() => setAsked(alert)}>
                Change
              </MenuItem>
              <MenuItem icon="close" danger disabledReason={notNow} onSelect={() => setDropped(alert)}>
                Delete
              </MenuItem>
            </>
          }
        >
          <Button small tone="quiet" icon="more" aria-label={`More about ${alert.name ?? alert.meter}`} />
        </Menu>
      ),
    },
  ];
  return (
    <>
      <Card
        flush
        title="Usage alerts"
        aside={
          <Button small icon="plus" disabledReason={notNow ?? (state.usage.length === 0 ? 'No plan of the customer counts usage.' : undefined)} onClick={() => setAsked(null)}>
            New alert
          </Button>
        }
      >
        {state.alerts.length === 0 ? <Empty icon="bell" title="No alerts">An alert tells once in each usage window, when so much is used.</Empty> : <Table caption="Usage alerts" columns={columns} rows={state.alerts} rowKey={({ id }) => id} />}
      </Card>
      <AlwaysNow what="What alerts have told" />
      <Card flush title="What they have told">
        <ListTable caption="What alerts have told" what="messages" list={firings} columns={firingColumns} rowKey={({ alert, subscription, price, window }) => `${alert} ${subscription} ${price} ${window.start}`} empty={<Empty icon="bell" title="Nothing was told yet" />} />
      </Card>
      {asked !== undefined && <AlertDialog alert={asked} onClose={() => setAsked(undefined)} />}
      {dropped !== undefined && <DeleteDialog alert={dropped} onClose={() => setDropped(undefined)} />}
    </>
  );
}

function wordsOfThreshold(threshold: AlertThreshold): string {
  switch (threshold.type) {
    case 'percent':
      return `${formatQuantity(threshold.percent)} % of what is ${threshold.of === 'included' ? 'included' : 'included and carried over'}`;
    case 'quantity':
      return `${formatQuantity(threshold.quantity)} used`;
    case 'forecast':
      return 'about to run out before its window ends';
  }
}

function Progress({ windows }: { windows: UsageAlert['windows'] }): ReactElement {
  if (windows.length === 0) return <span className={styles.note}>watches nothing now</span>;
  return (
    <ul className={styles.progress}>
      {windows.map(({ subscription, price, progress, used, fired }) => (
        <li key={`${subscription}/${price}`}>
          {progress === null ? formatQuantity(used) : `${formatQuantity(progress)} %`} {fired && <Badge tone="warning">told</Badge>}
        </li>
      ))}
    </ul>
  );
}

/** A new alert (`null`), or one to change. */
function AlertDialog({ alert, onClose }: { alert: UsageAlert | null; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const [type, setType] = useState<AlertThreshold['type']>(alert?.threshold.type ?? 'percent');
  const [fault, setFault] = useState<string>();
  const command = useCommand({
    run: (input: AlertInput) => (alert === null ? client.createAlert(customer, input) : client.updateAlert(customer, alert.id, input)),
    done: () => 'The alert is saved.',
    touches: [customerKey(customer)],
    onDone: onClose,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = readDecimal(textOf(form, 'value') ?? '');
    setFault(value === undefined && type !== 'forecast' ? 'A number, such as 80.' : undefined);
    if (value === undefined && type !== 'forecast') return;
    const threshold: AlertThreshold =
      type === 'forecast' ? { type } : type === 'quantity' ? { type, quantity: value ?? '0' } : { type, percent: value ?? '0', of: textOf(form, 'of') === 'included' ? 'included' : 'available' };
    command.run({ meter: textOf(form, 'meter') ?? '', threshold, name: textOf(form, 'name'), email: textOf(form, 'email'), enabled: form.get('enabled') !== null });
  };
  const present = alert?.threshold;
  const presentValue = present?.type === 'percent' ? present.percent : present?.type === 'quantity' ? present.quantity : '80';
  const meters = [...new Set([...now.usage.map(({ meter }) => meter), ...(alert === null ? [] : [alert.meter])])];
  return (
    <Dialog
      title={alert === null ? 'New alert' : 'Change the alert'}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="alert" busy={command.isBusy}>
            Save
          </Button>
        </>
      }
    >
      <Form id="alert" onSubmit={submit}>
        <SelectField label="Meter" name="meter" defaultValue={alert?.meter} error={faultAt(command.error, '/meter')}>
          {meters.map((meter) => (
            <option key={meter} value={meter}>
              {now.usage.find((each) => each.meter === meter)?.name ?? meter}
            </option>
          ))}
        </SelectField>
        <SelectField label="Tells when" value={type} onChange={({ target }) => setType(target.value as AlertThreshold['type'])}>
          <option value="percent">So many percent are used</option>
          <option value="quantity">So many units are used</option>
          <option value="forecast">It is about to run out before its window ends</option>
        </SelectField>
        {type !== 'forecast' && (
          <FieldRow>
            <TextField label={type === 'percent' ? 'Percent' : 'Units'} name="value" inputMode="decimal" defaultValue={presentValue} error={fault ?? faultAt(command.error, `/threshold/${type === 'percent' ? 'percent' : 'quantity'}`)} />
            {type === 'percent' && (
              <SelectField label="Of" name="of" defaultValue={present?.type === 'percent' ? present.of : 'available'}>
                <option value="available">What is included and carried over</option>
                <option value="included">What is included</option>
              </SelectField>
            )}
          </FieldRow>
        )}
        <FieldRow>
          <TextField label="Name" name="name" defaultValue={alert?.name ?? ''} autoComplete="off" error={faultAt(command.error, '/name')} />
          <TextField label="E-mail" name="email" type="email" hint="Handed on with each message; Paidup sends no mail." defaultValue={alert?.email ?? ''} autoComplete="off" error={faultAt(command.error, '/email')} />
        </FieldRow>
        <SwitchField label="On" name="enabled" defaultChecked={alert?.enabled ?? true} />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}

function DeleteDialog({ alert, onClose }: { alert: UsageAlert; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const command = useCommand({ run: () => client.deleteAlert(customer, alert.id), done: () => 'The alert is deleted.', touches: [customerKey(customer)], onDone: onClose });
  return (
    <Dialog
      title={`Delete the alert ${alert.name ?? `on ${alert.meter}`}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Delete
          </Button>
        </>
      }
    >
      <p>It tells nothing more. What it has told stays.</p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
