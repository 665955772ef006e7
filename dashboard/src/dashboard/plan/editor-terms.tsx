import type { ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { FieldRow, SelectField, SwitchField, TextField } from '../../part/field.js';
import { faultAt } from '../../part/form.js';
import type { DraftTerms } from './draft-terms.js';
import styles from './editor.module.css';

const PRORATIONS = { by_second: 'By the second', by_day: 'By the day', none: 'Not at all' } as const;

interface TermsFieldsProps {
  terms: DraftTerms;
  currency: string;
  error: Error | null;
  onChange: (part: Partial<DraftTerms>) => void;
}

/** How a plan is billed, beside its prices. */
export function TermsFields({ terms, currency, error, onChange }: TermsFieldsProps): ReactElement {
  return (
    <Card title="How it is billed">
      <div className={styles.fields}>
        <FieldRow>
          <SelectField label="Invoices" value={terms.collection} onChange={({ target }) => onChange({ collection: target.value === 'charge' ? 'charge' : 'send' })} error={faultAt(error, '/collection')}>
            <option value="send">Are sent</option>
            <option value="charge">Are charged to the card</option>
          </SelectField>
          <SelectField label="Money in the wallet" value={terms.walletCredit} onChange={({ target }) => onChange({ walletCredit: target.value === 'kept' ? 'kept' : 'applied' })} error={faultAt(error, '/wallet_credit')}>
            <option value="applied">Pays invoices as far as it goes</option>
            <option value="kept">Is kept for what is paid from it</option>
          </SelectField>
          <SelectField label="Parts of a period" value={terms.proration} onChange={({ target }) => onChange({ proration: prorationNamed(target.value) })} error={faultAt(error, '/proration')}>
            {Object.entries(PRORATIONS).map(([policy, words]) => (
              <option key={policy} value={policy}>
                {words}
              </option>
            ))}
          </SelectField>
        </FieldRow>
        <FieldRow>
          <TextField label="A period costs at least" inputMode="decimal" after={currency} value={terms.minimum} onChange={({ target }) => onChange({ minimum: target.value })} error={faultAt(error, '/minimum')} />
          <TextField label="A period costs at most" inputMode="decimal" after={currency} value={terms.maximum} onChange={({ target }) => onChange({ maximum: target.value })} error={faultAt(error, '/maximum')} />
          <TextField
            label="Wait for late usage, in hours"
            hint="An invoice with usage is final only then."
            inputMode="numeric"
            value={terms.graceHours}
            onChange={({ target }) => onChange({ graceHours: target.value })}
            error={faultAt(error, '/invoice_grace_hours')}
          />
        </FieldRow>
        <SwitchField label="Customers take it by themselves" hint="In the portal, and leave it there." checked={terms.isSelfService} onChange={({ target }) => onChange({ isSelfService: target.checked })} />
        {terms.isSelfService && (
          <TextField label="Family" hint="Customers change between plans of one family." value={terms.family} autoComplete="off" spellCheck={false} onChange={({ target }) => onChange({ family: target.value })} error={faultAt(error, '/family')} />
        )}
      </div>
    </Card>
  );
}

function prorationNamed(name: string): DraftTerms['proration'] {
  return (Object.keys(PRORATIONS) as Array<keyof typeof PRORATIONS>).find((each) => each === name) ?? 'by_second';
}
