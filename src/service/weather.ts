import { ProviderUnavailable } from '../provider/port.js';
import { Overloaded } from '../store/batcher.js';
import { StoreUnavailable, sqlState } from '../store/database.js';

/** More work waits than may. */
export function isOverloaded(error: unknown): boolean {
  return error instanceof Overloaded;
}

/** The store cannot be reached: trying again may help. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof StoreUnavailable;
}

/** The payment provider did not answer; asking again under the same key finds out what happened. */
export function isProviderAway(error: unknown): boolean {
  return error instanceof ProviderUnavailable;
}

/** The request held text that no store takes: a NUL character, broken UTF-8. */
export function isUnstorableText(error: unknown): boolean {
  return ['22021', '22P05'].includes(sqlState(error) ?? '');
}
