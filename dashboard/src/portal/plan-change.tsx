import type { PlanChangePreview, PlanOption } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { customerKey, useLooked } from '../customer/state.js';
import { Answer } from '../part/answer.js';
import { useAnnounce } from '../part/announcer.js';
import { Button } from '../part/button.js';
import { Fact, Facts } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Dialog } from '../part/dialog.js';
import { ErrorNote } from '../part/error.js';
import { formatInstant, Instant } from '../part/instant.js';
import { formatMoney, Money } from '../part/money.js';
import { formatQuantity } from '../part/quantity.js';
import { Table } from '../part/table.js';
import { useClient, useSession } from '../session/session.js';
import styles from './plan.module.css';

/** What the customer thinks of taking. */
export interface Wanted {
  option: PlanOption;
  quantities: Record<string, string>;
}

/** What a change would come to, before it is made. */
export function ChangeDialog({ wanted: { option, quantities }, onClose }: { wanted: Wanted; onClose: () => void }): ReactElement {
  const client = useClient();
  const { session } = useSession();
  const announce = useAnnounce();
  const { customer, state } = useLooked();
  const [cardUrl, setCardUrl] = useState<string>();
  const { plan } = option;
  const asked = { plan: plan.code, ...(Object.keys(quantities).length === 0 ? {} : { quantities }) };
  const isFramed = window.self !== window.top;
  const back = isFramed ? (session.return_url ?? window.location.href) : window.location.href;
  const take = useCommand({
    run: () => client.changePlan(customer, { ...asked, success_url: back, back_url: back }),
    touches: [customerKey(customer)],
    onDone: (answer) => {
      if (answer.status === 'changed') {
        announce({ text: answer.change.when === 'now' ? `You are on ${plan.name} now.` : `${plan.name} follows on ${formatInstant(answer.change.effective_at, { precision: 'day' })}.` });
        onClose();
        return;
      }
      // The page for cards stands in no frame.
      if (isFramed) setCardUrl(answer.url);
      else window.location.assign(answer.url);
    },
  });
  // Not while the change is made: what has been taken already would be refused.
  const preview = useQuery({
    queryKey: ['customer', customer, 'plan-preview', asked, state.revision],
    queryFn: ({ signal }) => client.previewChangePlan(customer, asked, { signal }),
    enabled: !take.isBusy,
    placeholderData: (before) => before,
  });
  return (
    <Dialog
      wide
      title={plan.name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button tone="primary" busy={take.isBusy} disabledReason={preview.data !== undefined && !preview.isPlaceholderData ? undefined : preview.error !== null ? 'This change is refused.' : 'What it comes to is not known yet.'} onClick={() => take.run(undefined)}>
            {option.needs_payment_method ? 'Go on to the card' : 'Confirm'}
          </Button>
        </>
      }
    >
      <Answer query={preview} what="what it comes to" lines={6}>
        {(value) => <Comes preview={value} />}
      </Answer>
      {cardUrl !== undefined && (
        <p>
          <a href={cardUrl} target="_blank" rel="noreferrer">
            Open the page for cards
          </a>{' '}
          in a window of its own: the plan is yours when a card is on file.
        </p>
      )}
      {take.error !== null && <ErrorNote error={take.error} />}
    </Dialog>
  );
}

function Comes({ preview }: { preview: PlanChangePreview }): ReactElement {
  const { change, due_now: due, next_invoice: next, entitlements } = preview;
  const lines = due.invoices.flatMap((invoice) => invoice.lines).map(({ description, amount }, index) => ({ key: String(index), description, amount }));
  return (
    <div className={styles.comes}>
      <Facts>
        <Fact name="Begins">{change.when === 'now' ? 'At once' : <Instant at={change.effective_at} precision="day" />}</Fact>
        <Fact name="Due now">
          <strong>
            <Money value={due.amount} />
          </strong>
        </Fact>
        <Fact name="Next invoice">{next.date === null ? 'none' : <>{formatMoney(next.total)} on <Instant at={next.date} precision="day" /></>}</Fact>
      </Facts>
      {lines.length > 0 && (
        <Table
          caption="Due now"
          rows={lines}
          rowKey={({ key }) => key}
          columns={[
            { key: 'description', header: 'For', cell: ({ description }) => description },
            { key: 'amount', header: 'Amount', cell: ({ amount }) => <Money value={amount} />, align: 'end' },
          ]}
        />
      )}
      <ul className={styles.grants}>
        {entitlements.gained.map(({ feature, name, limit }) => (
          <li key={feature}>
            {name}: gained{limit === null ? '' : ` (${formatQuantity(limit)})`}
          </li>
        ))}
        {entitlements.changed.filter(({ before, after }) => before.limit !== after.limit).map(({ feature, before, after }) => (
          <li key={feature}>
            {after.name}: {before.limit === null ? '—' : formatQuantity(before.limit)} → {after.limit === null ? '—' : formatQuantity(after.limit)}
          </li>
        ))}
        {entitlements.lost.map(({ feature, name }) => (
          <li key={feature}>{name}: lost</li>
        ))}
      </ul>
    </div>
  );
}
