import { lookup as resolve, type LookupAddress } from 'node:dns';
import { Agent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What is sent to an address that somebody else has named. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The status of the answer, or why there was none: a short code, nothing of what was answered. */
export type Outcome = { readonly status: number } | { readonly error: string };

/** Sends messages to addresses that are not trusted. */
export interface Post {
  /** Why the address cannot be used, as far as it can be told without asking anybody; undefined when it may be tried. */
  readonly faultOf: (url: string) => string | undefined;
  /** Sends once and never throws; no redirect is followed. */
  readonly send: (message: Message, signal: AbortSignal) => Promise<Outcome>;
}

/** Addresses from `first` on that share its leading bits. */
export type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** The addresses that a name stands for. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const TIMEOUT_MS = 15_000;
/** An answer is read this far, so that the receiver can finish sending it, and dropped. */
const MOST_BYTES = 64 * 1024;
const LONGEST_URL = 2_000;
const REFUSED = 'address_refused';

/** A range such as 10.0.0.0/8 or fd00::/8, or one address; undefined for any other text. */
export function parseRange(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (isIP(text) === 0) return undefined;
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/**
 * Sends to public addresses over TLS, and to those in `allowed` however it is asked. The address is checked that is then
 * connected to: what a name resolves to is looked up once, by us, for the very connection.
 */
export function createPost({ allowed, resolve: resolveName = resolveAll, timeoutMs = TIMEOUT_MS }: { allowed: readonly Range[]; resolve?: Resolve; timeoutMs?: number }): Post {
  const isAllowed = (text: string): boolean => {
    const address = ipaddr.process(text);
    return allowed.some(([first, bits]) => first.kind() === address.kind() && address.match(first, bits));
  };
  const mayReach = (text: string, isSecure: boolean): boolean => isAllowed(text) || (isSecure && isPublic(text));
  const faultOf = (text: string): string | undefined => {
    if (text.length > LONGEST_URL || !URL.canParse(text)) return 'must be an address such as https://example.com/hooks';
    const url = new URL(text);
    const isSecure = url.protocol === 'https:';
    if (!isSecure && (url.protocol !== 'http:' || allowed.length === 0)) return 'must begin with https://';
    if (url.username !== '' || url.password !== '') return 'must not hold a name or a password';
    const host = hostOf(url);
    if (isIP(host) !== 0 && !mayReach(host, isSecure)) return 'must not be private, loopback, link-local or otherwise reserved';
    return undefined;
  };
  const send = async (message: Message, signal: AbortSignal): Promise<Outcome> => {
    // Asked again: what is allowed may have changed since the address was named.
    if (faultOf(message.url) !== undefined) return { error: REFUSED };
    const url = new URL(message.url);
    const isSecure = url.protocol === 'https:';
    const lookup = checkedLookup(resolveName, (address) => mayReach(address, isSecure));
    return exchange({ message, url, lookup, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  };
  return { faultOf, send };
}

/** IPv6 gives public addresses out of 2000::/3 alone; what lies beside it leads elsewhere, such as ::7f00:1 to 127.0.0.1. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

function isPublic(text: string): boolean {
  const address = ipaddr.process(text);
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(...GLOBAL_IPV6));
}

/** A literal IPv6 address stands in brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function resolveAll(name: string): Promise<LookupAddress[]> {
  return new Promise((done, fail) => {
    resolve(name, { all: true }, (error, addresses) => {
      if (error === null) done(addresses);
      else fail(error);
    });
  });
}

/** The lookup of a connection, which gives it only addresses that may be reached. */
function checkedLookup(resolveName: Resolve, mayReach: (address: string) => boolean): LookupFunction {
  return (name, options, callback) => {
    resolveName(name).then(
      (found) => {
        const open = found.filter(({ address }) => mayReach(address));
        const [first] = open;
        if (first === undefined) callback(Object.assign(new Error('no address that may be reached'), { code: REFUSED }), '');
        else if (options.all === true) callback(null, open);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '');
      },
    );
  };
}

function exchange(input: { message: Message; url: URL; lookup: LookupFunction; signal: AbortSignal }): Promise<Outcome> {
  const { message, url, lookup, signal } = input;
  const isSecure = url.protocol === 'https:';
  // A connection of its own each time: none is used again that was made under another answer of the DNS.
  const options = { method: 'POST', lookup, signal, agent: isSecure ? new SecureAgent({ keepAlive: false }) : new Agent({ keepAlive: false }), headers: { ...message.headers, 'content-length': Buffer.byteLength(message.body) } };
  return new Promise((done) => {
    let status: number | undefined;
    const sent = (isSecure ? secureRequest : plainRequest)(url, options, (answer) => {
      status = answer.statusCode ?? 0;
      drain(answer, () => done({ status: status ?? 0 }));
    });
    // An answer that has begun counts, however it ends.
    sent.on('error', (error: NodeJS.ErrnoException) => done(status === undefined ? { error: signal.aborted ? 'timeout' : (error.code ?? 'connection_failed') } : { status }));
    sent.end(message.body);
  });
}

/** Reads what is left of an answer, up to a bound; however it ends, its status is known. */
function drain(answer: IncomingMessage, done: () => void): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) answer.destroy();
  });
  answer.on('error', done);
  answer.on('close', done);
}
