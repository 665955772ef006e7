import type { Explanation, State } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Explain, Unfolding } from '../../part/explain.js';
import styles from './why.module.css';
import { useExplainedState, useLooked } from '../../customer/state.js';

interface WhyProps {
  /** The explanation in an explained state. */
  find: (state: State) => Explanation | undefined;
  /** What is explained, for whoever hears it: "what is owed". */
  what: string;
}

/** Unfolds why a figure of the state is what it is. The reasons are asked for when they are wanted. */
export function Why({ find, what }: WhyProps): ReactElement {
  const looked = useLooked();
  const [isOpen, setOpen] = useState(false);
  const query = useExplainedState(looked, isOpen);
  const summary = (
    <>
      Why<span className="unseen"> is {what} what it is</span>
    </>
  );
  return (
    <div className={styles.why}>
      <Unfolding summary={summary} onToggle={setOpen}>
        {isOpen && (
          <Answer query={query} what="the reasons" lines={2}>
            {(state) => {
              const explanation = find(state);
              return explanation === undefined ? <p>There is no explanation of this figure.</p> : <Explain explanation={explanation} events={<EventsLink address={explanation.events} />} />;
            }}
          </Answer>
        )}
      </Unfolding>
    </div>
  );
}

/** The list of events that an explanation names by its address in the API, as a page. */
export function EventsLink({ address }: { address: string | null | undefined }): ReactElement | null {
  if (address == null) return null;
  const { pathname, searchParams } = new URL(address, window.location.origin);
  const customer = /^\/v1\/customers\/([^/]+)\/events$/.exec(pathname)?.[1];
  if (customer === undefined) return null;
  const [meter, from, to] = ['meter', 'from', 'to'].map((name) => searchParams.get(name) ?? undefined);
  return (
    <p>
      <Link to="/dashboard/customers/$customer/events" params={{ customer: decodeURIComponent(customer) }} search={{ ...(meter && { meter }), ...(from && { from }), ...(to && { to }) }}>
        The events that were counted
      </Link>
    </p>
  );
}
