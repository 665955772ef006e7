import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export const STAND_IN_KEY = 'sk_test_standInForStripe';
export const STAND_IN_WEBHOOK_SECRET = 'whsec_standInForStripe';

/** How a card of the stand-in behaves when it is charged. */
export type CardBehaviour = 'succeeds' | 'declines' | 'needs_authentication' | 'stays_processing' | 'stays_requiring_action' | 'is_never_confirmed';

/** What goes wrong with one request whose method and path fit; `after` means that it was carried out. */
export interface Fault {
  readonly on: RegExp;
  readonly what: 'error_before' | 'error_after' | 'drop_before' | 'drop_after' | 'hang_after' | 'rate_limit' | 'in_use';
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly version: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- things of Stripe, of every shape
type Thing = Record<string, any>;
interface Answer {
  readonly status: number;
  readonly body: Thing;
  readonly headers?: Record<string, string>;
}

/** The fields that each request may have; `[]` stands for what follows. Stripe refuses others, and so does this. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/customers': ['name', 'email', 'metadata[]'],
  'POST /v1/customers/:id': ['name', 'email', 'metadata[]'],
  'POST /v1/checkout/sessions': ['mode', 'customer', 'client_reference_id', 'allowed_payment_method_types[]', 'success_url', 'cancel_url', 'metadata[]', 'setup_intent_data[]'],
  'GET /v1/payment_methods': ['customer', 'type', 'limit', 'starting_after'],
  'POST /v1/payment_methods/:id/attach': ['customer'],
  'POST /v1/payment_methods/:id/detach': [],
  'POST /v1/payment_intents': ['amount', 'currency', 'customer', 'payment_method', 'allowed_payment_method_types[]', 'off_session', 'confirm', 'description', 'metadata[]'],
  'GET /v1/payment_intents': ['customer', 'created[]', 'limit', 'starting_after'],
  'GET /v1/payment_intents/:id': [],
  'POST /v1/payment_intents/:id/cancel': [],
  'GET /v1/refunds': ['payment_intent', 'limit', 'starting_after'],
  'GET /v1/refunds/:id': [],
  'POST /v1/refunds': ['payment_intent', 'amount', 'metadata[]'],
};

/** As much of Stripe's API as Paidup uses, in this process: it checks what is sent, remembers keys, and can fail on demand. */
export class StripeStandIn {
  readonly seen: SeenRequest[] = [];
  readonly faults: Fault[] = [];
  readonly customers = new Map<string, Thing>();
  readonly methods = new Map<string, Thing & { behaviour: CardBehaviour }>();
  readonly sessions = new Map<string, Thing>();
  readonly intents = new Map<string, Thing>();
  readonly refunds = new Map<string, Thing>();
  /** What Stripe's clock says, in milliseconds. */
  now = Date.now();
  /** Of refunds made from now on. */
  refundStatus = 'succeeded';
  readonly #keys = new Map<string, { fingerprint: string; answer: Answer }>();
  readonly #hanging = new Set<http.ServerResponse>();
  readonly #server: http.Server;
  #made = 0;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#answer(request, response, Buffer.concat(chunks).toString()));
    });
  }

  static async start(): Promise<StripeStandIn> {
    const standIn = new StripeStandIn();
    await new Promise<void>((resolve) => {
      standIn.#server.listen(0, '127.0.0.1', resolve);
    });
    return standIn;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  /** A card that a page of Stripe has made. */
  card(behaviour: CardBehaviour = 'succeeds', over: Thing = {}): string {
    const id = this.#newId('pm');
    const card = { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2099, ...over };
    this.methods.set(id, { id, object: 'payment_method', type: 'card', customer: null, created: this.#seconds(), card, behaviour });
    return id;
  }

  /** What the customer does on the page behind a set-up link: the card is theirs from now on. */
  completeSetup(url: string, card: string): void {
    const session = [...this.sessions.values()].find((each) => each['url'] === url);
    const method = this.methods.get(card);
    if (session === undefined || method === undefined) throw new Error('no such session or card');
    Object.assign(method, { customer: session['customer'] as string, created: this.#seconds() });
  }

  /** Stripe forgets idempotency keys after a day. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  /** Money taken from a customer of Stripe, in the units that were sent. */
  takenFrom(customer: string): number {
    return [...this.intents.values()].filter((intent) => intent['customer'] === customer && intent['status'] === 'succeeded').reduce((total, intent) => total + Number(intent['amount']), 0);
  }

  /** A webhook with its signature. */
  webhook(type: string, object: Thing, signing: { secret?: string; at?: number; previous?: Thing } = {}): { payload: string; headers: Record<string, string> } {
    const previous = signing.previous === undefined ? {} : { previous_attributes: signing.previous };
    const payload = JSON.stringify({ id: this.#newId('evt'), object: 'event', type, data: { object, ...previous } });
    const seconds = Math.floor((signing.at ?? this.now) / 1000);
    const signature = createHmac('sha256', signing.secret ?? STAND_IN_WEBHOOK_SECRET).update(`${seconds}.${payload}`).digest('hex');
    return { payload, headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${seconds},v1=${signature}` } };
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse, text: string): void {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const method = request.method ?? '';
    const form = Object.fromEntries(new URLSearchParams(method === 'GET' ? query : text));
    const idempotencyKey = request.headers['idempotency-key']?.toString();
    this.seen.push({ method, path, idempotencyKey, version: request.headers['stripe-version']?.toString(), form });
    if (request.headers.authorization !== `Bearer ${STAND_IN_KEY}`) return this.#send(response, failure(401, 'invalid_request_error', { message: 'Invalid API Key provided: sk_test_****' }));
    if (method === 'POST' && request.headers['content-type'] !== 'application/x-www-form-urlencoded') return this.#send(response, failure(400, 'invalid_request_error', { message: 'send a form' }));
    const fault = this.faults.findIndex(({ on }) => on.test(`${method} ${path}`));
    const what = fault === -1 ? undefined : this.faults.splice(fault, 1)[0]?.what;
    if (what === 'error_before') return this.#send(response, failure(500, 'api_error', { message: 'something went wrong' }));
    if (what === 'rate_limit') return this.#send(response, failure(429, 'invalid_request_error', { code: 'rate_limit' }));
    if (what === 'in_use') return this.#send(response, failure(409, 'idempotency_error', { code: 'idempotency_key_in_use' }));
    if (what === 'drop_before') return void response.destroy();
    const answer = this.#oncePerKey({ method, path, form, key: idempotencyKey, isError: what === 'error_after' });
    if (what === 'drop_after') return void response.destroy();
    if (what === 'hang_after') return void this.#hanging.add(response);
    this.#send(response, answer);
  }

  /** The first answer under a key is kept, a fault of Stripe's own too; refused parameters are not. */
  #oncePerKey(asked: { method: string; path: string; form: Thing; key: string | undefined; isError: boolean }): Answer {
    const { method, path, form, key, isError } = asked;
    const fingerprint = JSON.stringify([method, path, form]);
    const known = method === 'POST' && key !== undefined ? this.#keys.get(key) : undefined;
    if (known !== undefined && known.fingerprint !== fingerprint) return failure(400, 'idempotency_error', { message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.' });
    if (known !== undefined) return { ...known.answer, headers: { 'idempotent-replayed': 'true' } };
    const done = this.#carryOut({ method, path, form });
    const answer = isError ? { ...failure(500, 'api_error', { message: 'something went wrong' }), headers: { 'stripe-should-retry': 'false' } } : done;
    const isRefused = done.status === 400 || done.status === 404;
    // As JSON: what happens to the thing later must not change what was answered.
    if (method === 'POST' && key !== undefined && !isRefused) this.#keys.set(key, { fingerprint, answer: JSON.parse(JSON.stringify(answer)) as Answer });
    return answer;
  }

  #carryOut({ method, path, form }: { method: string; path: string; form: Thing }): Answer {
    const route = `${method} ${path.replace(/\/(cus|pm|pi|re|seti)_\w+/, '/:id')}`;
    const id = /\/((?:cus|pm|pi|re)_\w+)/.exec(path)?.[1] ?? '';
    const fields = FIELDS[route];
    if (fields === undefined) return failure(404, 'invalid_request_error', { message: `Unrecognized request URL (${method}: ${path}).` });
    const unknown = Object.keys(form).find((field) => !fields.includes(field.replace(/\[.*/, '[]')) && !fields.includes(field));
    if (unknown !== undefined) return failure(400, 'invalid_request_error', { code: 'parameter_unknown', param: unknown, message: `Received unknown parameter: ${unknown}` });
    if (typeof form['customer'] === 'string' && !this.customers.has(form['customer'])) return missing('customer', form['customer']);
    switch (route) {
      case 'POST /v1/customers':
        return this.#keep(this.customers, { id: this.#newId('cus'), object: 'customer', ...form });
      case 'POST /v1/customers/:id':
        return this.customers.has(id) ? ok(Object.assign(this.customers.get(id) as Thing, form)) : missing('customer', id);
      case 'POST /v1/checkout/sessions':
        return this.#createSession(form);
      case 'GET /v1/payment_methods':
        return this.#page([...this.methods.values()].filter((each) => each['customer'] === form['customer']), form);
      case 'POST /v1/payment_methods/:id/attach':
        return this.#attach(id, String(form['customer']));
      case 'POST /v1/payment_methods/:id/detach':
        return this.methods.has(id) ? ok(Object.assign(this.methods.get(id) as Thing, { customer: null })) : missing('payment_method', id);
      case 'POST /v1/payment_intents':
        return this.#charge(form);
      case 'GET /v1/payment_intents': {
        const since = Number(form['created[gte]'] ?? 0);
        return this.#page([...this.intents.values()].filter((each) => each['customer'] === form['customer'] && Number(each['created']) >= since), form);
      }
      case 'GET /v1/payment_intents/:id':
        return this.intents.has(id) ? ok(this.intents.get(id) as Thing) : missing('payment_intent', id);
      case 'POST /v1/payment_intents/:id/cancel':
        return ok(Object.assign(this.intents.get(id) as Thing, { status: 'canceled' }));
      case 'GET /v1/refunds':
        return this.#page([...this.refunds.values()].filter((each) => each['payment_intent'] === form['payment_intent']), form);
      case 'GET /v1/refunds/:id':
        return ok(this.refunds.get(id) as Thing);
      default:
        return this.#refund(form);
    }
  }

  #createSession(form: Thing): Answer {
    if (form['mode'] !== 'setup' || form['allowed_payment_method_types[0]'] !== 'card') return failure(400, 'invalid_request_error', { message: 'only cards are set up here' });
    const wrong = ['success_url', 'cancel_url'].find((field) => String(form[field]).startsWith('http://'));
    if (wrong !== undefined) return failure(400, 'invalid_request_error', { code: 'url_invalid', param: wrong, message: 'Not a valid URL' });
    const id = this.#newId('cs_test');
    return this.#keep(this.sessions, { id, object: 'checkout.session', url: `https://checkout.stripe.com/c/pay/${id}`, ...form });
  }

  #attach(id: string, customer: string): Answer {
    const method = this.methods.get(id);
    if (method === undefined) return missing('payment_method', id);
    if (method['customer'] !== null && method['customer'] !== customer) return failure(400, 'invalid_request_error', { message: 'The payment method you provided has already been attached to a customer.' });
    return ok(Object.assign(method, { customer }));
  }

  #charge(form: Thing): Answer {
    const method = this.methods.get(String(form['payment_method']));
    if (method === undefined || method['customer'] !== form['customer']) return missing('payment_method', String(form['payment_method']));
    const fault = amountFault(String(form['amount']), String(form['currency']));
    if (fault !== undefined) return failure(400, 'invalid_request_error', { code: fault, param: 'amount' });
    if (form['off_session'] !== 'true' || form['confirm'] !== 'true' || form['allowed_payment_method_types[0]'] !== 'card') return failure(400, 'invalid_request_error', { message: 'off session, confirmed, by card' });
    const metadata = Object.fromEntries(Object.entries(form).flatMap(([name, value]) => [/^metadata\[(.*)\]$/.exec(name)?.[1]].flatMap((key) => (key === undefined ? [] : [[key, value] as const]))));
    const intent: Thing = {
      id: this.#newId('pi'), object: 'payment_intent', amount: Number(form['amount']), currency: form['currency'] as string, customer: form['customer'] as string,
      description: form['description'] as string, metadata, created: this.#seconds(), status: 'succeeded', client_secret: 'pi_secret_not_to_be_logged', last_payment_error: null,
    };
    this.intents.set(intent['id'] as string, intent);
    switch (method.behaviour) {
      case 'succeeds':
        return ok(intent);
      case 'stays_processing':
        return ok(Object.assign(intent, { status: 'processing' }));
      case 'stays_requiring_action':
        return ok(Object.assign(intent, { status: 'requires_action' }));
      case 'is_never_confirmed':
        return ok(Object.assign(intent, { status: 'requires_payment_method' }));
      case 'declines':
        return declinedIntent(intent, { code: 'card_declined', decline_code: 'insufficient_funds' });
      case 'needs_authentication':
        return declinedIntent(intent, { code: 'authentication_required', decline_code: 'authentication_required' });
    }
  }

  #refund(form: Thing): Answer {
    const intent = this.intents.get(String(form['payment_intent']));
    if (intent === undefined) return missing('payment_intent', String(form['payment_intent']));
    const given = [...this.refunds.values()].filter((each) => each['payment_intent'] === intent['id']).reduce((total, each) => total + Number(each['amount']), 0);
    if (given + Number(form['amount']) > Number(intent['amount'])) return failure(400, 'invalid_request_error', { code: 'charge_already_refunded', message: 'more than was taken' });
    return this.#keep(this.refunds, {
      id: this.#newId('re'), object: 'refund', amount: Number(form['amount']), payment_intent: intent['id'] as string, status: this.refundStatus,
      metadata: { paidup_refund: form['metadata[paidup_refund]'] as string },
    });
  }

  /** Newest first, in pages as Stripe gives them. */
  #page(all: Thing[], form: Thing): Answer {
    const sorted = all.toReversed();
    const from = form['starting_after'] === undefined ? 0 : sorted.findIndex((each) => each['id'] === form['starting_after']) + 1;
    const limit = Number(form['limit'] ?? 10);
    return ok({ object: 'list', url: '/v1/list', has_more: sorted.length > from + limit, data: sorted.slice(from, from + limit) });
  }

  #keep(things: Map<string, Thing>, thing: Thing): Answer {
    things.set(thing['id'] as string, thing);
    return ok(thing);
  }

  #send(response: http.ServerResponse, { status, body, headers }: Answer): void {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': this.#newId('req'), ...headers }).end(JSON.stringify(body));
  }

  #newId(prefix: string): string {
    this.#made += 1;
    return `${prefix}_standin${String(this.#made).padStart(6, '0')}`;
  }

  #seconds(): number {
    return Math.floor(this.now / 1000);
  }
}

function ok(body: Thing): Answer {
  return { status: 200, body };
}

function failure(status: number, type: string, error: Thing): Answer {
  return { status, body: { error: { type, message: 'no', ...error } } };
}

function missing(param: string, id: string): Answer {
  return failure(404, 'invalid_request_error', { code: 'resource_missing', param, message: `No such ${param}: '${id}'` });
}

function declinedIntent(intent: Thing, error: Thing): Answer {
  Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error });
  return failure(402, 'card_error', { ...error, message: 'Your card was declined.', payment_intent: intent });
}

/** docs.stripe.com/currencies: whole numbers of the smallest unit; no fractions where Stripe takes none. */
function amountFault(amount: string, currency: string): string | undefined {
  if (!/^[1-9]\d*$/.test(amount) || !/^[a-z]{3}$/.test(currency)) return 'parameter_invalid_integer';
  if (['isk', 'ugx'].includes(currency) && !amount.endsWith('00')) return 'invalid_charge_amount_no_decimal_compatible';
  if (['bhd', 'jod', 'kwd', 'omr', 'tnd'].includes(currency) && !amount.endsWith('0')) return 'invalid_charge_amount';
  return amount.length > 12 ? 'amount_too_large' : undefined;
}
