import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { ErrorNote } from './error.js';
import { Loading } from './loading.js';

interface AnswerProps<Value> {
  query: UseQueryResult<Value>;
  /** For "Loading …". */
  what: string;
  lines?: number;
  children: (value: Value) => ReactNode;
}

/** What was asked for: on its way, refused, or there. What was there stays in sight when asking again fails. */
export function Answer<Value>({ query, what, lines, children }: AnswerProps<Value>): ReactElement {
  const { data, error, refetch, isFetching } = query;
  const note = error !== null && <ErrorNote error={error} onRetry={() => void refetch()} busy={isFetching} />;
  if (data === undefined) return <>{note !== false ? note : <Loading what={what} {...(lines === undefined ? {} : { lines })} />}</>;
  return (
    <>
      {note}
      {children(data)}
    </>
  );
}
