import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The weak entity tag (RFC 9110 section 8.8.3) of a view of a state. Weak, because `as_of` is another at every read.
 * `view` says which view it is, in letters: two views of one state differ.
 */
export function entityTag(stamp: string, view = ''): string {
  return view === '' ? `W/"${stamp}"` : `W/"${stamp}-${view}"`;
}

/**
 * Sets the answer's tag and asks caches to come back with it. True when the request shows that its sender has this very
 * state already: the answer is then a 304 without a body.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', tag).header('cache-control', 'private, no-cache');
  const shown = request.headers['if-none-match'];
  if (shown === undefined || !isAmong(shown, tag)) return false;
  void reply.status(304);
  return true;
}

const TAGS = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** Whether a tag is one of an If-None-Match list, compared weakly (RFC 9110 sections 8.8.3.2 and 13.1.2). */
function isAmong(list: string, tag: string): boolean {
  if (list.trim() === '*') return true;
  const opaque = tag.slice(tag.indexOf('"') + 1, -1);
  for (const [, one] of list.matchAll(TAGS)) if (one === opaque) return true;
  return false;
}
