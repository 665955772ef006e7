import { ReadFailure, type LarkApi, type LarkCard, type LarkMetric, type LarkSubscription } from '../reader/lark-api.js';
import type { Reading } from './lark-compare.js';

/** A part of a side that could not be read. */
export interface Unread {
  readonly part: 'subject' | 'subscriptions' | 'billing state' | 'rate cards' | 'pricing metrics';
  /** HTTP status; null when there was no whole answer. */
  readonly status: number | null;
  readonly message: string;
}

/** Cards and metrics of one side, each read once. */
export class LarkLookup {
  readonly #api: LarkApi;
  readonly #cards = new Map<string, Promise<LarkCard>>();
  readonly #metrics = new Map<string, Promise<LarkMetric>>();

  constructor(api: LarkApi) {
    this.#api = api;
  }

  card(id: string): Promise<LarkCard> {
    return remembered(this.#cards, id, () => this.#api.card(id));
  }

  metric(id: string): Promise<LarkMetric> {
    return remembered(this.#metrics, id, () => this.#api.metric(id));
  }
}

/** What one side says of a subject, as far as it can be read; each part that cannot is named. */
export async function readSide(api: LarkApi, name: string, lookup: LarkLookup): Promise<{ reading: Reading; unread: Unread[] }> {
  const unread: Unread[] = [];
  const part = async <T>(of: Unread['part'], read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      unread.push({ part: of, status: error.status, message: error.message });
      return undefined;
    }
  };
  const [subject, subscriptions, state] = await Promise.all([
    part('subject', () => api.subject(name)),
    part('subscriptions', () => api.subscriptionsOf(name)),
    part('billing state', () => api.state(name)),
  ]);
  const cards = await part('rate cards', () => byId(cardIdsOf(subscriptions, state?.active), (id) => lookup.card(id)));
  const metricIds = [...(cards?.values() ?? [])].flatMap(({ usageRates }) => usageRates.map(({ metricId }) => metricId ?? ''));
  const metrics = await part('pricing metrics', () => byId(new Set(metricIds), (id) => lookup.metric(id)));
  return { reading: { subject, subscriptions, state, cardOf: (id) => cards?.get(id), metricOf: (id) => metrics?.get(id) }, unread };
}

function cardIdsOf(subscriptions: readonly LarkSubscription[] | undefined, active: ReadonlyArray<{ cardId: string }> | undefined): ReadonlySet<string> {
  const going = (subscriptions ?? []).filter(({ status }) => status !== 'cancelled');
  return new Set([...going, ...(active ?? [])].map(({ cardId }) => cardId));
}

async function byId<T>(ids: ReadonlySet<string>, read: (id: string) => Promise<T>): Promise<Map<string, T>> {
  return new Map(await Promise.all([...ids].map(async (id) => [id, await read(id)] as const)));
}

/** A failure is not remembered: the next one to ask may be luckier. */
function remembered<T>(known: Map<string, Promise<T>>, id: string, read: () => Promise<T>): Promise<T> {
  const found = known.get(id) ?? read();
  known.set(id, found);
  found.catch(() => known.delete(id));
  return found;
}
