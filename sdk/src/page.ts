/** Which part of a list is asked for. */
export interface PageQuery {
  /** How many at most: 1 to 200; 50 unless told. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** A part of a list. */
export interface Page<Item> {
  data: Item[];
  /** Where the next page begins; null on the last one. */
  next_cursor: string | null;
}

/** The largest page that the API gives. */
const LARGEST_PAGE = 200;

/** Every item of a list, page by page: the next page is asked for when the one before is used up. */
export async function* everyItem<Item>(listPage: (query: PageQuery) => Promise<Page<Item>>, query: PageQuery = {}): AsyncGenerator<Item, void, undefined> {
  let { cursor } = query;
  do {
    const { data, next_cursor: next } = await listPage({ limit: query.limit ?? LARGEST_PAGE, cursor });
    yield* data;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
