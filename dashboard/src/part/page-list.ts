import type { Page, PageQuery } from '@paidup/sdk';
import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';

/** What a list is asked for with: the API's cursor, and a signal that ends the call when nobody waits for it any more. */
export interface Ask {
  page: PageQuery;
  signal: AbortSignal;
}

/** A list that grows by the API's cursor. */
export interface PageList<Item> {
  /** All that came so far, in the list's order; undefined until the first page is there. */
  items: Item[] | undefined;
  error: Error | null;
  isAsking: boolean;
  /** Whether there are more than `items`. */
  hasMore: boolean;
  isAskingForMore: boolean;
  askForMore: () => void;
  again: () => void;
}

/** The pages of a list so far. `key` tells lists apart: with the filters in it, another filter is another list. */
export function usePageList<Item>(key: QueryKey, list: (ask: Ask) => Promise<Page<Item>>): PageList<Item> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => list({ page: { cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    // Typing into a search leaves what was found before in sight until the new list is there.
    placeholderData: (before) => before,
  });
  return {
    items: query.data?.pages.flatMap((each) => each.data),
    error: query.error,
    isAsking: query.isFetching,
    hasMore: query.hasNextPage,
    isAskingForMore: query.isFetchingNextPage,
    askForMore: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  };
}
