import { selectCatalogRevision } from '../store/catalog.js';
import type { Engine } from './engine.js';

/** Whether the store answers. */
export async function isStoreReachable(engine: Engine): Promise<boolean> {
  return selectCatalogRevision(engine.database).then(
    () => true,
    () => false,
  );
}
