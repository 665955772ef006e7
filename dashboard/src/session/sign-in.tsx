import { isProblem } from '@paidup/sdk';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { Brand } from '../part/brand.js';
import { Button } from '../part/button.js';
import { wordsOf } from '../part/error.js';
import { Form, TextField } from '../part/field.js';
import type { SignInProps } from './session.js';
import { closeSession, openSession } from './session-call.js';
import styles from './session.module.css';

const NOTICES = { new: undefined, ended: 'Your session has ended. Sign in again to go on where you were.', left: 'You are signed out.' };

/** Takes a secret key and changes it for a session. The key is in the field while it is typed, and nowhere after. */
export function SignIn({ reason, onOpen }: SignInProps): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Paidup';
    input.current?.focus();
  }, []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const key = input.current?.value.trim() ?? '';
    if (key === '') {
      setError('Paste a secret key.');
      return;
    }
    setBusy(true);
    try {
      const session = await openSession({ key });
      if (session.for === 'dashboard') {
        onOpen(session);
        return;
      }
      await closeSession(session);
      setError('This is the key of a customer. It opens the customer portal, at /portal.');
    } catch (failure) {
      setError(isProblem(failure, 'unauthorized') ? 'This key is not known, or it was revoked.' : wordsOf(failure).detail);
    } finally {
      if (input.current !== null) input.current.value = '';
      setBusy(false);
    }
  };
  const notice = NOTICES[reason];
  return (
    <main className={styles.place}>
      <div className={styles.box}>
        <Brand />
        <div>
          <h1>Sign in</h1>
          <p className={styles.lead}>With a secret key of this engine.</p>
        </div>
        {notice !== undefined && (
          <p className={styles.notice} role="status">
            {notice}
          </p>
        )}
        <Form onSubmit={(event) => void submit(event)}>
          <TextField ref={input} label="Secret key" type="password" autoComplete="off" spellCheck={false} error={error} name="key" />
          <Button type="submit" tone="primary" busy={isBusy}>
            Sign in
          </Button>
        </Form>
        <p className={styles.hint}>
          The key is changed for a session in a cookie that no script can read, and not kept. <code>paidup keys create</code> makes one.
        </p>
      </div>
    </main>
  );
}
