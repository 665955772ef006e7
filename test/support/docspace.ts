import { loadDocspaceDemo } from '../../src/cli/demo/docspace.js';
import { startPaidup, type StoreKind, type TestPaidup } from './app.js';
import { at } from './core.js';

/** Whatever came as JSON: the tests say what must be in it. */
export type Json = ReturnType<typeof JSON.parse>;

export const DOCSPACE_NOW = '2026-11-20T10:00:00Z';
export const PORTAL_ROOT = '/api/2.0/portal';
export const DENIED = { error: { message: 'Access denied', type: 'System.Security.SecurityException', stack: null, hresult: -2146233078 }, status: 1, statusCode: 403 };

export interface Answer {
  readonly status: number;
  /** Null when there is none. */
  readonly body: Json;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A Paidup with DocSpace's catalogue and its demo portal; asks as that portal unless told another key. */
export interface Portal {
  readonly paidup: TestPaidup;
  readonly id: string;
  readonly key: string;
  /** `path` is under /api/2.0/portal; a body that is text goes as it is. */
  ask(method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: { as?: string; body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
  /** The `response` of a read that went well. */
  get(path: string, as?: string): Promise<Json>;
  /** Another customer, with a card unless `profile.card` is null, and its key. */
  another(name: string, profile?: { card?: string | null; scopes?: readonly string[]; [field: string]: unknown }): Promise<string>;
  subscribe(customer: string, plan: string, over?: Record<string, unknown>): Promise<Json>;
  /** Marks every open invoice of the customer as paid. */
  payAll(customer: string): Promise<void>;
}

export async function startDocspace(options: { store?: StoreKind; now?: string } = {}): Promise<Portal> {
  const paidup = await startPaidup({ store: options.store ?? 'embedded', now: at(options.now ?? DOCSPACE_NOW) });
  const { id } = await loadDocspaceDemo(paidup.engine);
  const key = await paidup.customerKey(id);
  const must = async (method: 'POST' | 'PUT', url: string, body?: unknown): Promise<Json> => {
    const answer = await paidup.call(method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const ask: Portal['ask'] = async (method, path, { as = key, body, headers = {} } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const payload = body === undefined ? {} : { payload: text };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await paidup.app.inject({ method, url: `${PORTAL_ROOT}/${path}`, headers: { host: 'portal.example.com', authorization: `Bearer ${as}`, ...type, ...headers }, ...payload });
    return { status: response.statusCode, body: response.body === '' ? null : response.json(), headers: response.headers };
  };
  return {
    paidup,
    id,
    key,
    ask,
    get: async (path, as = key) => {
      const { status, body } = await ask('GET', path, { as });
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body.response;
    },
    another: async (name, { card = 'card_succeeds', scopes = [], ...profile } = {}) => {
      await must('POST', '/v1/customers', { external_id: name, email: `${name}@example.com`, ...profile });
      if (card !== null) await must('PUT', `/v1/customers/${name}/payment-method`, { token: card });
      return paidup.customerKey(name, scopes);
    },
    subscribe: async (customer, plan, over = {}) => must('POST', `/v1/customers/${customer}/subscriptions`, { plan, ...over }),
    payAll: async (customer) => {
      await paidup.engine.charges.idle();
      const { body } = await paidup.call('GET', `/v1/customers/${customer}/invoices?status=open&limit=100`);
      for (const invoice of body.data) await must('POST', `/v1/invoices/${invoice.id}/pay`);
    },
  };
}

/** The vendor's 400 for what is wrong with a field or a parameter: the names with their sentences. */
export function faultsOf({ status, body }: Answer): Json {
  const { response, ...rest } = body ?? {};
  return { status, title: response?.title, inner: response?.status, outer: [rest.status, rest.statusCode, rest.count], errors: response?.errors };
}

export function invalid(errors: Record<string, string[]>): Json {
  return { status: 400, title: 'One or more validation errors occurred.', inner: 400, outer: [1, 400, 1], errors };
}

/** The vendor's error body. */
export function fault(statusCode: number, message: string, kind: 'argument' | 'operation' | 'quota' | 'none'): Json {
  const kinds = {
    argument: ['System.ArgumentException', -2147024809],
    operation: ['System.InvalidOperationException', -2146233079],
    quota: ['ASC.Core.Tenants.TenantQuotaException', -2146233088],
    none: [null, 0],
  } as const;
  const [type, hresult] = kinds[kind];
  return { error: { message, type, stack: null, hresult }, status: 1, statusCode };
}
