/** How far something has come. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Does the work for each item in order, so many at a time. The first failure ends it: nothing more is begun, what is under way is waited for. */
export async function inTurns<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const takeOne = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next] as Item;
      next += 1;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, takeOne));
  if (failures.length > 0) throw failures[0];
}
