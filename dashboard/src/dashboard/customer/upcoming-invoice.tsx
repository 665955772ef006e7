import type { UpcomingInvoice } from '@paidup/sdk';
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant } from '../../part/instant.js';
import { formatMoney } from '../../part/money.js';
import { useClient } from '../../session/session.js';
import { Lines } from '../invoice/lines.js';
import { Compared } from '../../customer/compared.js';
import { useLooked } from '../../customer/state.js';
import styles from './upcoming-invoice.module.css';

/** The next invoice if nothing more were used, with the reason for each line. */
export function CustomerUpcomingInvoice(): ReactElement {
  const { customer, at, state } = useLooked();
  const query = useUpcomingInvoice({ customer, at, revision: state.revision });
  return (
    <Answer query={query} what="the upcoming invoice" lines={8}>
      {(invoice) =>
        invoice.date === null ? (
          <Card>
            <Empty icon="invoice" title="Nothing will be billed">
              No subscription of the customer leads to an invoice.
            </Empty>
          </Card>
        ) : (
          <Card
            flush
            title="Upcoming invoice"
            aside={
              <span className={styles.aside}>
                <Instant at={invoice.date} />
                <strong>
                  <Compared of={({ upcoming_invoice: upcoming }) => upcoming?.total} show={(total) => (total === undefined ? 'none' : formatMoney(total))} />
                </strong>
              </span>
            }
          >
            <Lines invoice={invoice} caption="Lines of the upcoming invoice" />
          </Card>
        )
      }
    </Answer>
  );
}

/** The upcoming invoice with the reason for each line; asked for anew when something has changed, for it moves with use. */
export function useUpcomingInvoice({ customer, at, revision }: { customer: string; at?: string | undefined; revision: number }): UseQueryResult<UpcomingInvoice> {
  const client = useClient();
  return useQuery({
    queryKey: ['customer', customer, 'upcoming-invoice', at ?? 'now', revision],
    queryFn: ({ signal }) => client.readUpcomingInvoice(customer, { explain: true, ...(at === undefined ? {} : { at }) }, { signal }),
    placeholderData: keepPreviousData,
  });
}
