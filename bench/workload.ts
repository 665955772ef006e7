import { randomBytes } from 'node:crypto';

/** Codes of the meters, which are also the names of the events they count. */
export const METERS = ['requests', 'minutes', 'tokens'] as const;
export const EVENTS_PER_BULK_CALL = 100;

/**
 * What is asked over and over. `keyed` is the check of the hand-rolled server; `hot` is a consume of one and the same
 * customer; `call` is a bulk whose events are all of one customer. `list` is the first page of customers, filtered and sorted
 * in turn; `search` finds one of them by a part of its external id.
 */
export type Workload = 'state' | 'check' | 'keyed' | 'event' | 'consume' | 'hot' | 'bulk' | 'call' | 'mixed' | 'list' | 'search';

const LISTS = ['', '&sort=oldest', '&sort=name', '&plan=pro', '&status=active&sort=name', '&plan=pro&status=active', '&attention=limit_reached', '&currency=EUR'];

/** The server that is asked and whom about: customers are named c0, c1 and so on. */
export interface Target {
  readonly url: string;
  readonly key: string;
  readonly customers: number;
}

/** Makes the text of the next HTTP/1.1 request, for random customers, with event ids that nobody had before. */
export function requestsOf(workload: Workload, target: Target): () => string {
  const events = eventMaker(target.customers);
  const prefix = randomBytes(6).toString('hex');
  let consumed = 0;
  const consume = (name: string): string => {
    consumed += 1;
    return post(target, `/v1/customers/${name}/consume`, `{"id":"${prefix}-${consumed}","feature":"${METERS[consumed % METERS.length] ?? ''}","quantity":"1"}`);
  };
  const customer = (): string => `c${below(target.customers)}`;
  const state = (): string => get(target, `/v1/customers/${customer()}/state`);
  const event = (): string => post(target, '/v1/events', `{"events":[${events()}]}`);
  switch (workload) {
    case 'state':
      return state;
    case 'check':
      return () => get(target, `/v1/customers/${customer()}/check?feature=${METERS[below(METERS.length)] ?? ''}`);
    case 'keyed':
      return () => get(target, `/v1/customers/${customer()}/check/${METERS[below(METERS.length)] ?? ''}`);
    case 'consume':
      return () => consume(customer());
    case 'hot':
      return () => consume('c0');
    case 'event':
      return event;
    case 'list':
      return () => get(target, `/v1/customers?limit=50${LISTS[below(LISTS.length)] ?? ''}`);
    case 'search':
      return () => get(target, `/v1/customers?limit=50&query=${customer()}`);
    case 'mixed':
      return () => (below(2) === 0 ? state() : event());
    case 'bulk':
      return () => post(target, '/v1/events', `{"events":[${Array.from({ length: EVENTS_PER_BULK_CALL }, () => events()).join(',')}]}`);
    case 'call':
      return () => {
        const name = customer();
        return post(target, '/v1/events', `{"events":[${Array.from({ length: EVENTS_PER_BULK_CALL }, () => events(name)).join(',')}]}`);
      };
  }
}

function eventMaker(customers: number): (customer?: string) => string {
  const prefix = randomBytes(6).toString('hex');
  let made = 0;
  return (customer = `c${below(customers)}`) => {
    made += 1;
    return `{"id":"${prefix}-${made}","customer":"${customer}","name":"${METERS[made % METERS.length] ?? ''}","properties":{"n":1}}`;
  };
}

function get(target: Target, path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${target.key}\r\n\r\n`;
}

function post(target: Target, path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${target.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

/** The state of every customer as the server writes it now. */
export async function readStates(target: Target): Promise<Map<string, { etag: string; body: string }>> {
  const states = new Map<string, { etag: string; body: string }>();
  for (let number = 0; number < target.customers; number += 1) {
    const answer = await fetch(`${target.url}/v1/customers/c${number}/state`, { headers: { authorization: `Bearer ${target.key}` } });
    if (!answer.ok) throw new Error(`c${number} has no state: ${answer.status}`);
    states.set(`c${number}`, { etag: answer.headers.get('etag') ?? '', body: await answer.text() });
  }
  return states;
}
