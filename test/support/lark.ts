import { Ajv } from 'ajv';
import { startPaidup, type StoreKind, type TestPaidup } from './app.js';
import type { Instant } from '../../src/core/instant.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

export interface LarkAnswer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Record<string, unknown>;
}

/** A Paidup asked in Lark's dialect with the merchant's key; each answer of 200 is held against the OpenAPI file. */
export interface LarkPaidup {
  readonly paidup: TestPaidup;
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', url: string, body?: unknown, headers?: Record<string, string>): Promise<LarkAnswer>;
  /** The same, of which 200 is expected. @throws what was answered instead. */
  ok(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown): Promise<Json>;
}

const ajv = new Ajv({ strict: false, allErrors: true });

export async function startLark(options: { store?: StoreKind; now: Instant; isSandbox?: boolean }): Promise<LarkPaidup> {
  const paidup = await startPaidup(options);
  const { body } = await paidup.call<{ paths: Record<string, Record<string, Json>> }>('GET', '/openapi.json');
  const known = Object.entries(body.paths).map(([path, methods]) => ({ pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), isExact: !path.includes('{'), methods }));
  const ask: LarkPaidup['ask'] = async (method, url, sent, headers) => {
    const response = await paidup.inject({ method, url, headers: { 'x-api-key': paidup.secretKey, ...headers }, ...(sent === undefined ? {} : { payload: sent as object }) });
    const answer = { status: response.statusCode, body: response.json(), headers: response.headers as Record<string, unknown> };
    if (answer.status === 200) {
      const path = url.split('?')[0] ?? '';
      const found = known.filter(({ pattern }) => pattern.test(path)).sort((left, right) => Number(right.isExact) - Number(left.isExact))[0];
      const schema = found?.methods[method.toLowerCase()]?.responses[200].content['application/json'].schema;
      if (schema === undefined || !ajv.validate(schema, answer.body)) throw new Error(`${method} ${url} is not as the OpenAPI file says: ${ajv.errorsText()}`);
    }
    return answer;
  };
  return {
    paidup,
    ask,
    ok: async (method, url, sent) => {
      const answer = await ask(method, url, sent);
      if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
  };
}
