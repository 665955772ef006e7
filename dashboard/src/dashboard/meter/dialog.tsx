import type { Aggregation, Meter, MeterInput } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, TextField } from '../../part/field.js';
import { faultAt, readDecimal, textOf, writeDecimal } from '../../part/form.js';
import { useClient } from '../../session/session.js';
import { useMeters } from './meter.js';
import { AGGREGATION_NAMES } from './words.js';

interface MeterDialogProps {
  /** The one to define anew; a new one without it. */
  meter?: Meter;
  onClose: () => void;
  onDone: (meter: Meter) => void;
}

/** A meter to make, or to define anew as far as no plan counts by it. */
export function MeterDialog({ meter, onClose, onDone }: MeterDialogProps): ReactElement {
  const client = useClient();
  const meters = useMeters();
  const [aggregation, setAggregation] = useState<Aggregation>(meter?.aggregation ?? 'sum');
  const [code, setCode] = useState(meter?.code ?? '');
  const command = useCommand({
    run: (input: MeterInput) => client.putMeter(code.trim(), input),
    done: ({ name }) => `The meter ${name} is saved.`,
    touches: [['meters'], ['meter']],
    onDone: (saved) => {
      onClose();
      onDone(saved);
    },
  });
  const isTaken = meter === undefined && meters.data?.some((each) => each.code === code.trim()) === true;
  const fault = (pointer: string): string | undefined => faultAt(command.error, pointer);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const divisor = textOf(form, 'divide_by');
    command.run({
      name: textOf(form, 'name') ?? undefined,
      event_name: textOf(form, 'event_name') ?? '',
      aggregation,
      property: aggregation === 'count' ? null : textOf(form, 'property'),
      unit: textOf(form, 'unit'),
      dimensions: (textOf(form, 'dimensions') ?? '').split(',').map((each) => each.trim()).filter((each) => each !== ''),
      conversion: divisor === null ? null : { divide_by: readDecimal(divisor) ?? divisor, round: textOf(form, 'round') === 'up' ? 'up' : 'none' },
    });
  };
  return (
    <Dialog
      title={meter === undefined ? 'New meter' : `Change ${meter.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            tone="primary"
            type="submit"
            form="meter"
            busy={command.isBusy}
            disabledReason={code.trim() === '' ? 'Give it a code first.' : isTaken ? 'There is a meter with this code.' : undefined}
          >
            {meter === undefined ? 'Make the meter' : 'Save'}
          </Button>
        </>
      }
    >
      <Form id="meter" onSubmit={submit}>
        {meter === undefined && (
          <TextField
            label="Code"
            hint="What prices and programs call it: small letters, digits and _. It stays."
            value={code}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setCode(target.value)}
            error={isTaken ? 'There is a meter with this code: change it on its own page.' : fault('/code') ?? fault('params:/code')}
          />
        )}
        <FieldRow>
          <TextField label="Name" name="name" defaultValue={meter?.name} autoComplete="off" error={fault('/name')} />
          <TextField label="Unit" name="unit" hint="One of them, such as “minute”." defaultValue={meter?.unit ?? ''} autoComplete="off" error={fault('/unit')} />
        </FieldRow>
        <TextField label="Name of the events" name="event_name" hint="Events with this name are counted." defaultValue={meter?.event_name} autoComplete="off" spellCheck={false} error={fault('/event_name')} />
        <FieldRow>
          <SelectField label="What counts" value={aggregation} onChange={({ target }) => setAggregation(AGGREGATIONS.find((each) => each === target.value) ?? 'sum')} error={fault('/aggregation')}>
            {AGGREGATIONS.map((each) => (
              <option key={each} value={each}>
                {AGGREGATION_NAMES[each]}
              </option>
            ))}
          </SelectField>
          {aggregation !== 'count' && <TextField label="Property" name="property" defaultValue={meter?.property ?? ''} autoComplete="off" spellCheck={false} error={fault('/property')} />}
        </FieldRow>
        <FieldRow>
          <TextField label="Divided by" name="divide_by" inputMode="decimal" hint="Such as 60, for minutes out of seconds." defaultValue={meter?.conversion == null ? '' : writeDecimal(meter.conversion.divide_by)} error={fault('/conversion/divide_by')} />
          <SelectField label="What is left over" name="round" defaultValue={meter?.conversion?.round ?? 'none'}>
            <option value="none">Stays a part</option>
            <option value="up">Is rounded up</option>
          </SelectField>
        </FieldRow>
        <TextField label="Told apart by" name="dimensions" hint="Properties, by commas: prices may differ by them." defaultValue={meter?.dimensions.join(', ')} autoComplete="off" spellCheck={false} error={fault('/dimensions')} />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}

const AGGREGATIONS = ['sum', 'count', 'max', 'last', 'unique'] as const;
