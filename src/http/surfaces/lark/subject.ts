import { Type, type Static } from 'typebox';
import type { Customer } from '../../../core/customer.js';
import { instantText } from '../../../core/instant.js';
import { Refusal } from '../../../core/problems.js';
import { createCustomer, deleteCustomer, getCustomer, listCustomerSlice, updateCustomer, type CustomerInput } from '../../../service/customer.js';
import type { Unit } from '../../../service/engine.js';
import { Metadata, Nullable } from '../../schema.js';
import { subjectNotFound } from './failure.js';
import { toSubjectId } from './id.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';

/** A customer in Lark's words. Source: contracts/lark.md section 3. */

const PROFILE = {
  email: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  metadata: Type.Optional(Nullable(Metadata)),
  name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
};

const SubjectBody = Type.Object({ ...PROFILE, external_id: Type.Optional(Nullable(Type.String({ description: 'Your own name for the subject; unique, for ever' }))) });
const ProfileBody = Type.Object(PROFILE);

const Subject = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  email: Nullable(Type.String()),
  external_id: Nullable(Type.String()),
  metadata: Metadata,
  name: Nullable(Type.String()),
});

const SearchQuery = Type.Intersect([ListQuery, Type.Object({ query: Type.String({ description: 'Part of a name or an e-mail address' }) })]);
const Subjects = ListOf('subjects', Subject);
const write = 'customers:write';

export const SUBJECT_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/subjects', right: write, summary: 'Make a subject', body: SubjectBody, result: Subject, work: { change: async (call) => (unit) => makeSubject(call, unit) } },
  { method: 'GET', path: '/subjects', right: write, summary: 'List subjects, newest first', query: ListQuery, result: Subjects, work: { read: (call) => listSubjects(call, undefined) } },
  { method: 'GET', path: '/subjects/search', right: write, summary: 'Find subjects by name or e-mail', query: SearchQuery, result: Subjects, work: { read: (call) => listSubjects(call, (call.request.query as { query: string }).query) } },
  { method: 'GET', path: '/subjects/:subject_id', right: 'customers:read', summary: 'Read a subject', result: Subject, work: { read: async (call) => toSubject(await getCustomer(call.engine, await named(call)).catch(asSubject)) } },
  {
    method: 'PUT', path: '/subjects/:subject_id', right: write, summary: "Set parts of a subject's profile", body: ProfileBody, result: Subject,
    work: {
      change: async (call) => {
        const customerId = await named(call);
        return async (unit) => toSubject((await updateCustomer(unit, customerId, profileOf(call.request.body as Static<typeof ProfileBody>)).catch(asSubject)).customer);
      },
    },
  },
  {
    method: 'DELETE', path: '/subjects/:subject_id', right: write, summary: 'Delete a subject', result: Type.Object({}),
    work: {
      change: async (call) => {
        const customerId = await named(call);
        return async (unit) => {
          await deleteCustomer(unit, customerId).catch(asSubject);
          return {};
        };
      },
    },
  },
];

function named(call: Call): Promise<string> {
  return call.subject(call.parameter('subject_id'));
}

async function makeSubject({ engine, request }: Call, unit: Unit): Promise<Static<typeof Subject>> {
  const body = request.body as Static<typeof SubjectBody>;
  try {
    return toSubject((await createCustomer(engine, unit, { ...profileOf(body), externalId: body.external_id })).customer);
  } catch (error) {
    // Clients look for exactly this sentence: contracts/lark.md section 1.
    if (error instanceof Refusal && error.slug === 'already_exists') throw new Refusal('already_exists', `Subject with external ID ${body.external_id} already exists`);
    throw error;
  }
}

async function listSubjects(call: Call, matching: string | undefined): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  const found = await listCustomerSlice(call.engine, { matching, limit: limit + 1, offset });
  return listOf('subjects', found, { limit, view: ({ customer }) => toSubject(customer) });
}

/** Metadata that are null are none; what is left out stays as it is. */
function profileOf({ name, email, metadata }: Static<typeof ProfileBody>): CustomerInput {
  return { name, email, metadata: metadata === null ? {} : metadata };
}

function toSubject({ id, createdAt, email, externalId, metadata, name }: Customer): Static<typeof Subject> {
  return { id: toSubjectId(id), created_at: instantText(createdAt), email, external_id: externalId, metadata, name };
}

/** What is not there is told in Lark's word for it. */
export function asSubject(error: unknown): never {
  throw error instanceof Refusal && error.slug === 'not_found' ? subjectNotFound() : error;
}
