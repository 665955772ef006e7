import { isProblem, type PaymentMethod } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Answer } from '../part/answer.js';
import { Badge } from '../part/badge.js';
import { Button } from '../part/button.js';
import { Card, Fact, Facts } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Dialog } from '../part/dialog.js';
import { ErrorNote } from '../part/error.js';
import { useClient, useSession } from '../session/session.js';
import { useMayNot } from './right.js';
import { customerKey, useLooked } from './state.js';
import styles from './wallet.module.css';

/** The card on file; it is put there on the provider's page, which gives this one its address back. */
export function PaymentMethodCard(): ReactElement {
  const client = useClient();
  const { session } = useSession();
  const { customer, now, at } = useLooked();
  const [isRemoving, setRemoving] = useState(false);
  const query = useQuery({
    queryKey: ['customer', customer, 'payment-method', now.payment_method.status],
    queryFn: async ({ signal }): Promise<PaymentMethod | null> => {
      // What the state says already is not asked for: to a browser, "there is none" is an error on its console.
      if (now.payment_method.status === 'none') return null;
      try {
        return await client.getPaymentMethod(customer, { signal });
      } catch (error) {
        if (isProblem(error, 'not_found')) return null;
        throw error;
      }
    },
  });
  // The provider's page stands in no frame: there it is opened in a window of its own, by a link that is pressed.
  const isFramed = window.self !== window.top;
  const [framedUrl, setFramedUrl] = useState<string>();
  const back = isFramed ? (session.return_url ?? window.location.href) : window.location.href;
  const setUp = useCommand({
    run: () => client.createSetupLink(customer, { success_url: back, back_url: back }),
    onDone: ({ url }) => (isFramed ? setFramedUrl(url) : window.location.assign(url)),
  });
  const refresh = useCommand({ run: () => client.refreshPaymentMethod(customer), done: ({ brand, last4 }) => `The provider says: ${brand}, ends with ${last4}.`, touches: [customerKey(customer)] });
  const mayNot = useMayNot('wallet:write');
  const notNow = at === undefined ? mayNot : 'Only what is now can be changed.';
  const error = setUp.error ?? refresh.error;
  return (
    <Card title="Card on file">
      <Answer query={query} what="the card" lines={2}>
        {(method) => (
          <div className={styles.card}>
            {method === null ? (
              <p>There is none: nothing can be charged.</p>
            ) : (
              <Facts>
                <Fact name="Card">
                  {method.brand} •••• {method.last4}
                </Fact>
                <Fact name="Good until">
                  {String(method.expiry_month).padStart(2, '0')}/{method.expiry_year} <Badge tone={method.status === 'set' ? 'good' : 'danger'}>{method.status === 'set' ? 'good' : 'expired'}</Badge>
                </Fact>
                <Fact name="Provider">{method.provider}</Fact>
              </Facts>
            )}
            <div className={styles.foot}>
              <Button small busy={setUp.isBusy} disabledReason={notNow} onClick={() => setUp.run(undefined)}>
                {method === null ? 'Put a card on file' : 'Another card'}
              </Button>
              <Button small busy={refresh.isBusy} disabledReason={method === null ? 'There is no card to ask about.' : undefined} onClick={() => refresh.run(undefined)}>
                Ask the provider
              </Button>
              <Button small disabledReason={notNow ?? (method === null ? 'There is no card to remove.' : undefined)} onClick={() => setRemoving(true)}>
                Remove
              </Button>
            </div>
            {framedUrl !== undefined && (
              <p>
                <a href={framedUrl} target="_blank" rel="noreferrer">
                  Open the page for cards
                </a>{' '}
                in a window of its own; this page sees by itself when one is on file.
              </p>
            )}
            {error !== null && <ErrorNote error={error} />}
          </div>
        )}
      </Answer>
      {isRemoving && <RemoveDialog onClose={() => setRemoving(false)} />}
    </Card>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const command = useCommand({ run: () => client.removePaymentMethod(customer), done: () => 'The card is forgotten.', touches: [customerKey(customer)], onDone: onClose });
  return (
    <Dialog
      title="Remove the card?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Remove the card
          </Button>
        </>
      }
    >
      <p>The provider forgets it too. Until another one is there nothing is charged: no top-up, no invoice.</p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
