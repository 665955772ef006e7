import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { isProblem } from '@paidup/sdk';
import { NotAllowed, counted, measured } from './gate.js';
import { mostTokens, summarise, translate } from './work.js';

const MAX_TEXT = 10_000;

/** The API, not yet listening. `paidup` is a client of the SDK with a secret key. */
export function buildServer(paidup) {
  const routes = {
    'POST /summaries': async (customer, request) => {
      const text = await textOf(request);
      const id = request.headers['x-request-id'] ?? randomUUID();
      const { result, left } = await counted(paidup, { customer, feature: 'summaries', id }, () => summarise(text));
      return { summary: result, summaries_left: left };
    },
    'POST /translations': async (customer, request) => {
      const text = await textOf(request);
      const { result, took } = await measured(paidup, { customer, feature: 'tokens', most: mostTokens(text) }, () => translate(text));
      return { translation: result, tokens: took };
    },
    'GET /left': async (customer) => {
      const { results } = await paidup.checkSeveral(customer, [{ feature: 'summaries' }, { feature: 'tokens' }], { remedies: false });
      return Object.fromEntries(results.map(({ feature, remaining, resets_at }) => [feature, { left: remaining, resets_at }]));
    },
  };
  return createServer((request, response) => {
    answer(routes, request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error) => {
        console.error(error);
        response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'internal_error' }));
      },
    );
  });
}

async function answer(routes, request) {
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) return { status: 404, body: { error: 'not_found' } };
  // Stands for whatever tells the application who asks: a session, a token.
  const customer = request.headers['x-customer'];
  if (customer === undefined) return { status: 401, body: { error: 'who_asks' } };
  try {
    return { status: 200, body: await route(customer, request) };
  } catch (error) {
    if (error instanceof NotAllowed) return { status: 402, body: refusal(error.answer) };
    if (isProblem(error, 'not_found')) return { status: 404, body: { error: 'no_such_customer' } };
    if (error instanceof TypeError) return { status: 422, body: { error: error.message } };
    throw error;
  }
}

/** What a front end needs to say why, and to offer a way on. */
function refusal({ reason, detail, lifts_at, remedies }) {
  return { error: reason, detail, lifts_at, offers: remedies?.map(({ type, plan, price }) => ({ type, plan, price })) ?? [] };
}

async function textOf(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_TEXT) throw new TypeError(`a text has at most ${MAX_TEXT} characters`);
  }
  if (text.trim() === '') throw new TypeError('there is no text');
  return text;
}
