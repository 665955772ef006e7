/** Client of Paidup's native API, read over the wire like the others: field names and values are passed on as given. */
import { readPath, toSegment, type Answer, type Source } from './call.js';
import { field, isRecord, items, text, type Json } from './json.js';
import { toSection, type Section } from './section.js';

const parts: { name: string; field: string }[] = [
  { name: 'subscriptions', field: 'subscriptions' },
  { name: 'usage', field: 'usage' },
  { name: 'entitlements', field: 'entitlements' },
  { name: 'wallet', field: 'wallet' },
  { name: 'top-up', field: 'top_up' },
  { name: 'upcoming invoice', field: 'upcoming_invoice' },
  { name: 'owed', field: 'owed' },
  { name: 'access', field: 'access' },
];

const pageLimit = 100;

/** A secret key, or the key of the customer that is read. */
export function paidupHeaders(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** RFC 9457: `detail` or `title`, and where the input was invalid. */
export function paidupMessage(body: Json): string | null {
  const errors = items(field(body, 'errors')).map((error) =>
    [text(field(error, 'pointer')), text(field(error, 'detail'))].filter((word) => word !== null).join(' '),
  );
  const own = text(field(body, 'detail')) ?? text(field(body, 'title'));
  const words = [own, ...errors].filter((word) => word !== null && word !== '');
  return words.length === 0 ? null : words.join('; ');
}

/**
 * Sections `customer`, `state` and its parts (subscriptions, usage, entitlements, wallet, top-up, upcoming
 * invoice, owed, access), `plans`. A failed state is one failed section, without its parts.
 */
export async function readPaidup(source: Source, subject: string): Promise<Section[]> {
  const [customer, state, plans] = await Promise.all([
    readCustomerPath(source, subject, ''),
    readCustomerPath(source, subject, '/state'),
    readPlans(source),
  ]);
  return [
    toSection('customer', customer, (body) => body),
    toSection('state', state, readHead),
    ...(state.ok ? parts.map((part) => toSection(part.name, state, (body) => field(body, part.field) ?? null)) : []),
    plans,
  ];
}

async function readCustomerPath(source: Source, subject: string, rest: string): Promise<Answer> {
  const segment = toSegment(subject);
  if (segment === null) return { ok: false, status: null, message: 'the subject is empty or not a path segment', retryAfterMs: null };
  return readPath(source, `/v1/customers/${segment}${rest}`);
}

function readHead(body: Json): Json {
  const customer = field(body, 'customer');
  return {
    customer: isRecord(customer) ? text(customer['id']) : text(customer),
    as_of: text(field(body, 'as_of')),
    revision: field(body, 'revision') ?? null,
  };
}

/** Follows the cursor to the last page; a cursor that repeats, or a page that fails, ends the list as failed. */
async function readPlans(source: Source): Promise<Section> {
  const plans: Json[] = [];
  const seen = new Set<string>();
  let path = '/v1/plans';
  while (seen.size < pageLimit) {
    const answer = await readPath(source, path);
    if (!answer.ok) return toSection('plans', answer, (body) => body);
    plans.push(...items(field(answer.body, 'data')));
    const cursor = text(field(answer.body, 'next_cursor'));
    if (cursor === null) return { name: 'plans', ok: true, value: plans };
    if (seen.has(cursor)) break;
    seen.add(cursor);
    path = `/v1/plans?${new URLSearchParams({ cursor }).toString()}`;
  }
  return { name: 'plans', ok: false, status: null, message: 'the list of plans has no end' };
}
