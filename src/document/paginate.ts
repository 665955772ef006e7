/** What has to be laid on pages. Heights and rooms are in the same unit; no height is greater than `room`. */
export interface Stack {
  readonly heights: readonly number[];
  /** Room on the page begun already. */
  readonly firstRoom: number;
  /** Room on every further page. */
  readonly room: number;
  /** Room asked for below the last one, on its page. */
  readonly roomBelow: number;
}

/**
 * Which of `heights`, by index, stand on which page, in order. The first page may be empty; no other is. If what goes
 * below the last one does not fit there, the last one goes to a new page with it, unless it stands alone anyway.
 */
export function paginate({ heights, firstRoom, room, roomBelow }: Stack): number[][] {
  const pages: number[][] = [[]];
  let left = firstRoom;
  heights.forEach((height, index) => {
    if (height > left) {
      pages.push([]);
      left = room;
    }
    pages.at(-1)?.push(index);
    left -= height;
  });
  const last = pages.at(-1) ?? [];
  const lastHeight = heights.at(-1) ?? 0;
  if (last.length > 0 && roomBelow > left && lastHeight + roomBelow <= room) pages.push(last.splice(-1));
  return pages;
}
