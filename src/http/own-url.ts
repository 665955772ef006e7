import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../core/problems.js';

/** Where the client reached this server, as the proxy in front says if it is trusted. @throws Refusal `invalid_request`. */
export function ownUrlOf(request: FastifyRequest): string {
  const url = `${request.protocol}://${request.host}`;
  if (!URL.canParse(url)) throw invalidInput([{ pointer: 'header:/host', detail: 'must name this server' }]);
  return url;
}
