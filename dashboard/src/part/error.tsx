import { PaidupProblem, PaidupUnreachable } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Button } from './button.js';
import { Copy } from './copy.js';
import styles from './error.module.css';
import { Icon } from './icon.js';

interface Said {
  title: string;
  detail: string;
  errors: readonly { pointer: string; detail: string }[];
  requestId: string | null;
  slug: string | null;
}

/** What an error says to people. */
export function wordsOf(error: unknown): Said {
  if (error instanceof PaidupProblem) return error;
  const nothing = { errors: [], requestId: null, slug: null };
  if (error instanceof PaidupUnreachable) {
    const detail = error.isTimeout ? 'No answer came in time.' : 'There is no connection to it. Is the network up, and does the server run?';
    return { title: 'Paidup cannot be reached', detail, ...nothing };
  }
  return { title: 'This page failed', detail: error instanceof Error ? error.message : String(error), ...nothing };
}

interface ErrorNoteProps {
  error: unknown;
  /** What tries it again; without it there is no button. */
  onRetry?: (() => void) | undefined;
  busy?: boolean | undefined;
}

/** What went wrong, which fields are meant, under which number the server's log has it, and trying again. */
export function ErrorNote({ error, onRetry, busy }: ErrorNoteProps): ReactElement {
  const { title, detail, errors, requestId, slug } = wordsOf(error);
  const hasPage = slug !== null && slug !== 'unreadable_answer';
  return (
    <div role="alert" className={styles.note}>
      <Icon name="warning" />
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {detail !== title && <p>{detail}</p>}
        {errors.length > 0 && (
          <ul>
            {errors.map((each) => (
              <li key={each.pointer + each.detail}>
                <code>{each.pointer}</code> {each.detail}
              </li>
            ))}
          </ul>
        )}
        {(requestId !== null || hasPage) && (
          <p className={styles.trace}>
            {requestId !== null && (
              <>
                Request <code>{requestId}</code> <Copy text={requestId} what="the request id" />
              </>
            )}
            {hasPage && (
              <a href={`/problems/${slug}`} target="_blank" rel="noreferrer">
                About {slug}
              </a>
            )}
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button small icon="refresh" onClick={onRetry} busy={busy}>
          Try again
        </Button>
      )}
    </div>
  );
}
