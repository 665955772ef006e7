import type { CalendarLength, ClockMove } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { ErrorNote } from '../../part/error.js';
import { Form, SelectField, TextField } from '../../part/field.js';
import { faultAt, textOf } from '../../part/form.js';
import { formatInstant, fromLocalText, localText } from '../../part/instant.js';
import { useClient } from '../../session/session.js';
import styles from './clock.module.css';

const UNITS = ['hours', 'days', 'weeks', 'months', 'years'] as const satisfies ReadonlyArray<keyof CalendarLength>;

/** The clock of a sandbox, which is moved by hand; everything that falls due on the way happens. */
export function ClockCard(): ReactElement {
  const client = useClient();
  const [fault, setFault] = useState<string>();
  const query = useQuery({ queryKey: ['sandbox-clock'], queryFn: ({ signal }) => client.getSandboxClock({ signal }) });
  const command = useCommand({
    run: (move: ClockMove) => client.setSandboxClock(move),
    done: ({ now }) => `It is ${formatInstant(now)} now.`,
    // Anything may be different then.
    touches: [[]],
  });
  const advance = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const count = Number(textOf(form, 'count') ?? '');
    const unit = UNITS.find((each) => each === form.get('unit')) ?? 'days';
    const isWhole = Number.isSafeInteger(count) && count > 0;
    setFault(isWhole ? undefined : 'A whole number, such as 1.');
    if (isWhole) command.run({ advance: { [unit]: count } });
  };
  const set = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const at = fromLocalText(textOf(new FormData(event.currentTarget), 'at') ?? '');
    if (at !== undefined) command.run({ set: at });
  };
  return (
    <Card title="Sandbox clock">
      <Answer query={query} what="the clock" lines={2}>
        {({ now }) => (
          <div className={styles.clock}>
            <p className={styles.now}>
              <time dateTime={now}>{formatInstant(now, { precision: 'second' })}</time>
            </p>
            <p className={styles.soft}>It stands still until it is moved, and never goes backwards. Everything that falls due on the way happens, in order.</p>
            <Form onSubmit={advance} className={styles.row}>
              <TextField label="Ahead by" name="count" inputMode="numeric" defaultValue="1" error={fault} />
              <SelectField label="Length" name="unit" defaultValue="days">
                {UNITS.map((unit) => (
                  <option key={unit} value={unit}>
                    {unit}
                  </option>
                ))}
              </SelectField>
              <Button type="submit" busy={command.isBusy}>
                Move ahead
              </Button>
            </Form>
            <Form onSubmit={set} className={styles.row}>
              <TextField key={now} label="To a moment" name="at" type="datetime-local" defaultValue={localText(now)} min={localText(now)} error={faultAt(command.error, '/set')} />
              <Button type="submit" busy={command.isBusy}>
                Move there
              </Button>
            </Form>
            {command.error !== null && <ErrorNote error={command.error} />}
          </div>
        )}
      </Answer>
    </Card>
  );
}
