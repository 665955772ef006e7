import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Address } from '../core/address.js';
import { instantText } from '../core/instant.js';
import {
  createCustomer, deleteCustomer, putCustomer, updateCustomer, type CustomerAtRevision, type CustomerInput,
} from '../service/customer.js';
import { readState } from '../service/state.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, Done, InstantText, Metadata, Nullable } from './schema.js';

const AddressBody = Type.Object(
  {
    line1: AddressPart('Street and number'),
    line2: AddressPart('Floor, suite'),
    city: AddressPart('City'),
    postal_code: AddressPart('Postal code'),
    state: AddressPart('State, province or region'),
    country: AddressPart('ISO 3166-1, two letters'),
  },
  { description: 'Taken as a whole: parts that are not named are not kept' },
);

const AddressView = Type.Object({
  line1: Nullable(Type.String()),
  line2: Nullable(Type.String()),
  city: Nullable(Type.String()),
  postal_code: Nullable(Type.String()),
  state: Nullable(Type.String()),
  country: Nullable(Type.String()),
});

const PROFILE = {
  name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  email: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  phone: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  address: Type.Optional(Nullable(AddressBody)),
  currency: Type.Optional(Type.String({ description: 'ISO 4217; USD unless told', examples: ['EUR'] })),
  timezone: Type.Optional(Type.String({ description: 'IANA zone in which days are counted; UTC unless told', examples: ['Europe/Madrid'] })),
  metadata: Type.Optional(Metadata),
};

const ProfileBody = Type.Object(PROFILE);
const CustomerBody = Type.Object({ external_id: Type.Optional(Nullable(Type.String({ description: 'Your own name for the customer; unique, for ever' }))), ...PROFILE });

export const CustomerView = Type.Object({
  id: Type.String(),
  external_id: Nullable(Type.String()),
  name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  address: Nullable(AddressView),
  currency: Type.String(),
  timezone: Type.String(),
  metadata: Metadata,
  account_number: Type.Integer(),
  created_at: InstantText,
  revision: Type.Integer({ description: "Number of the customer's last change" }),
});

interface Path {
  customer: string;
}

export function customerRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['customers'];
  const read = { right: 'customers:read' } as const;
  const write = { right: 'customers:write' } as const;

  app.post<{ Body: CustomerInput & { external_id?: string | null } }>(
    '/v1/customers',
    { config: write, schema: { tags, summary: 'Make a customer', body: CustomerBody, response: { 201: CustomerView } } },
    (request, reply) =>
      command(request, reply, async (unit) => ({ status: 201, body: customerView(await createCustomer(engine, unit, { ...request.body, externalId: request.body.external_id })) })),
  );
  app.put<{ Params: Path; Body: CustomerInput }>(
    '/v1/customers/:customer',
    { config: { ...write, mayNameNewCustomer: true }, schema: { tags, summary: 'Make the customer with this external id, or set its profile', params: CustomerPath, body: ProfileBody, response: { 200: CustomerView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: customerView(await putCustomer(engine, unit, { ...request.body, customer: request.params.customer })) })),
  );
  app.patch<{ Params: Path; Body: CustomerInput }>(
    '/v1/customers/:customer',
    { config: write, schema: { tags, summary: 'Change parts of the profile', params: CustomerPath, body: ProfileBody, response: { 200: CustomerView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: customerView(await updateCustomer(unit, customerOf(request), request.body)) })),
  );
  app.delete<{ Params: Path }>('/v1/customers/:customer', { config: write, schema: { tags, summary: 'Delete the customer; its facts are kept', params: CustomerPath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await deleteCustomer(unit, customerOf(request));
      return { status: 204, body: null };
    }),
  );
  app.get<{ Params: Path }>('/v1/customers/:customer', { config: read, schema: { tags, summary: 'Read a customer', params: CustomerPath, response: { 200: CustomerView } } }, async (request) =>
    customerView(await readState(engine, customerOf(request))),
  );
}

export function customerView({ customer, revision }: CustomerAtRevision) {
  return {
    id: customer.id,
    external_id: customer.externalId,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    address: customer.address === null ? null : addressView(customer.address),
    currency: customer.currency,
    timezone: customer.zone,
    metadata: customer.metadata,
    account_number: customer.accountNumber,
    created_at: instantText(customer.createdAt),
    revision,
  };
}

/** An address in the words of the API. */
export function addressView({ line1, line2, city, postalCode, state, country }: Address) {
  return { line1, line2, city, postal_code: postalCode, state, country };
}

function AddressPart(description: string) {
  return Type.Optional(Nullable(Type.String({ maxLength: 255, description })));
}
