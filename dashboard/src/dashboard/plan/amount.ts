import type { AmountAnswer, AmountQuestion, Client, FlatModel, Price } from '@paidup/sdk';
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useClient } from '../../session/session.js';

/** What the calculator is asked about: one price, in the plan's currency. */
export interface Priced {
  currency: string;
  price: AmountQuestion['price'];
}

/** One quantity with what the calculator says it costs. */
export interface PricedPoint {
  quantity: string;
  amount: string;
}

/** The price as the calculator takes it; undefined where a quantity costs nothing to speak of, or always the same. */
export function pricedOf(price: Price, { currency, model }: { currency: string; model: FlatModel | undefined }): Priced | undefined {
  if (price.type === 'fixed') {
    if (price.per_seat !== true) return undefined;
    return { currency, price: { model: price.package == null ? { type: 'per_unit', amount: price.amount } : { type: 'package', amount: price.amount, ...price.package } } };
  }
  if (model === undefined || price.included === 'unlimited') return undefined;
  return { currency, price: { model, included: price.included ?? '0', minimum: price.minimum, maximum: price.maximum } };
}

/** How many places are asked for between nothing and the end of a curve. */
const PLACES = 16;

/** The quantities at which a curve is asked for: even places, and both sides of where the price turns. They say where to look; what is there the calculator says. */
export function placesOf({ price }: Priced, upTo: number | undefined): string[] {
  const included = Number(price.included ?? '0');
  const turns = turnsOf(price.model, included);
  const end = upTo ?? endOf(turns, included);
  const step = end / PLACES;
  const even = Array.from({ length: PLACES + 1 }, (_, index) => (step >= 1 ? Math.round(index * step) : index * step));
  // A jump is drawn as one where both of its sides are known: the last unit of a tier, and what follows at once.
  const around = [included, ...turns].filter((turn) => turn > 0 && turn < end).flatMap((turn) => [turn, turn + end / 1000]);
  return [...new Set([...even, ...around, end])].sort((one, other) => one - other).map(plainText);
}

/** Where the price turns: what is included comes before the first tier. */
export function turnsOf(model: FlatModel, included: number): number[] {
  if (model.type === 'per_unit') return [];
  if (model.type === 'package') return Array.from({ length: 6 }, (_, index) => included + Number(model.size) * index).filter((turn) => turn > 0);
  return model.tiers.flatMap(({ up_to: upTo }) => (upTo === null ? [] : [included + Number(upTo)]));
}

function endOf(turns: readonly number[], included: number): number {
  const last = turns.at(-1);
  if (last !== undefined) return Math.ceil(last * 1.4);
  return included > 0 ? included * 2 : 100;
}

/** A place on the axis in plain notation: it is only a question, so a float is good enough. */
function plainText(place: number): string {
  return place.toFixed(6).replace(/\.?0+$/, '');
}

/** What each of the quantities costs: asked of the calculator, one by one. */
export function useAmounts(priced: Priced | undefined, quantities: readonly string[]): UseQueryResult<PricedPoint[]> {
  const client = useClient();
  return useQuery({
    queryKey: ['amounts', priced, quantities],
    queryFn: ({ signal }) => askAmounts(client, { priced, quantities, signal }),
    enabled: priced !== undefined,
    // What was drawn stays until the next curve is there.
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

/** What one quantity costs, with the lines that make it up. */
export function useAmount(priced: Priced | undefined, quantity: string | undefined): UseQueryResult<AmountAnswer> {
  const client = useClient();
  return useQuery({
    queryKey: ['amount', priced, quantity],
    queryFn: ({ signal }) => client.calculateAmount({ ...(priced as Priced), quantity: quantity ?? '0' }, { signal }),
    enabled: priced !== undefined && quantity !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

async function askAmounts(client: Client, { priced, quantities, signal }: { priced: Priced | undefined; quantities: readonly string[]; signal: AbortSignal }): Promise<PricedPoint[]> {
  if (priced === undefined) return [];
  return Promise.all(quantities.map(async (quantity) => ({ quantity, amount: (await client.calculateAmount({ ...priced, quantity }, { signal })).amount })));
}
