import { isProblem } from '@paidup/sdk';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { Brand } from '../part/brand.js';
import { Button } from '../part/button.js';
import { wordsOf } from '../part/error.js';
import { Form, TextField } from '../part/field.js';
import type { SignInProps } from '../session/session.js';
import { closeSession, openSession } from '../session/session-call.js';
import styles from '../session/session.module.css';
import { linkFault } from './begin.js';

const NOTICES = { new: undefined, ended: 'Your session has ended. Follow the link in the product again to go on.', left: 'You are signed out.' };

/** Says what became of the link, and takes a customer key in its place. */
export function PortalSignIn({ reason, onOpen }: SignInProps): ReactElement {
  const fault = reason === 'new' ? linkFault() : null;
  useEffect(() => {
    document.title = fault === null ? 'Sign in · Billing' : 'The link does not work · Billing';
  }, [fault]);
  const notice = NOTICES[reason];
  return (
    <main className={styles.place}>
      <div className={styles.box}>
        <Brand />
        <div>
          <h1>{fault === null ? 'Your billing' : 'This link does not work any more'}</h1>
          <p className={styles.lead}>{fault === null ? 'Plan, usage, balance and invoices.' : `${fault.detail} Go back to the product that you came from and open its billing page again.`}</p>
        </div>
        {notice !== undefined && (
          <p className={styles.notice} role="status">
            {notice}
          </p>
        )}
        <KeyForm onOpen={onOpen} />
        <p className={styles.hint}>Most come here by a link from the product. The key is changed for a session in a cookie that no script can read, and not kept.</p>
      </div>
    </main>
  );
}

function KeyForm({ onOpen }: Pick<SignInProps, 'onOpen'>): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const key = input.current?.value.trim() ?? '';
    if (key === '') {
      setError('Paste a customer key.');
      return;
    }
    setBusy(true);
    try {
      const session = await openSession({ key });
      if (session.for === 'portal') {
        onOpen(session);
        return;
      }
      await closeSession(session);
      setError('This is a secret key. It opens the dashboard, at /.');
    } catch (failure) {
      setError(isProblem(failure, 'unauthorized') ? 'This key is not known, or it was revoked.' : wordsOf(failure).detail);
    } finally {
      if (input.current !== null) input.current.value = '';
      setBusy(false);
    }
  };
  return (
    <Form onSubmit={(event) => void submit(event)}>
      <TextField ref={input} label="Customer key" type="password" autoComplete="off" spellCheck={false} error={error} name="key" />
      <Button type="submit" tone="primary" busy={isBusy}>
        Sign in
      </Button>
    </Form>
  );
}
