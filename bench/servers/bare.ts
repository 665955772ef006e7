import Fastify from 'fastify';
import { childInput, listen } from '../tell.js';
import { readStates } from '../workload.js';

/** The store whose answers are given again from memory. */
export interface BareInput {
  readonly url: string;
  readonly key: string;
  readonly customers: number;
}

const states = await readStates(childInput<BareInput>());
const app = Fastify({ logger: false });
app.get<{ Params: { customer: string } }>('/v1/customers/:customer/state', (request, reply) => {
  const state = states.get(request.params.customer);
  if (state === undefined) return reply.status(404).send();
  return reply.header('etag', state.etag).type('application/json; charset=utf-8').send(state.body);
});
await listen(app);
