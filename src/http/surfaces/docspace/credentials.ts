import type { FastifyRequest } from 'fastify';

const COOKIE = 'asc_auth_key';

/**
 * The key in any of the five forms that the vendor's clients send (contracts/docspace.md section 4): Bearer, Basic
 * with the key as password, the bare key, the header that its SDK calls `ApiKeyBearer`, the session cookie. The
 * first form that the request has counts.
 */
export function docspaceKey(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined && authorization.trim() !== '') return authorizationKey(authorization.trim());
  const named = request.headers['apikeybearer'];
  if (typeof named === 'string' && named.trim() !== '') return named.trim();
  return cookieKey(request.headers.cookie ?? '');
}

/** Whether the request tried to identify itself by e-mail and password. */
export function isBasic(request: FastifyRequest): boolean {
  return /^\s*Basic\s/i.test(request.headers.authorization ?? '');
}

function authorizationKey(header: string): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic\s+(\S+)$/i.exec(header)?.[1];
  if (basic === undefined) return header;
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
}

function cookieKey(header: string): string | undefined {
  const pair = header.split(';').map((part) => part.trim()).find((part) => part.startsWith(`${COOKIE}=`));
  const value = pair?.slice(COOKIE.length + 1).replace(/^"(.*)"$/, '$1');
  return value === undefined || value === '' ? undefined : decoded(value);
}

/** The vendor writes its cookie percent-encoded; a value that is not is taken as it stands. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
