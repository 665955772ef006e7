import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useClient } from '../../session/session.js';
import { nameOf } from '../customer/name.js';

/** What a customer is called, looked up by its id; the id until that is known. */
export function CustomerName({ id }: { id: string }): ReactElement {
  const client = useClient();
  const { data } = useQuery({ queryKey: ['customer', id, 'name'], queryFn: ({ signal }) => client.getCustomer(id, { signal }), staleTime: 300_000 });
  return data === undefined ? <code>{id}</code> : <>{nameOf(data)}</>;
}
