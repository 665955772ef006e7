import { parseAddress, type AddressInput } from '../core/address.js';
import { parseCurrency, type Currency } from '../core/currency.js';
import type { Customer } from '../core/customer.js';
import { isId } from '../core/id.js';
import { emailFault, nameFault } from '../core/name.js';
import { isTimeZone } from '../core/period.js';
import { Refusal, invalidInput, notFound, type InputError } from '../core/problems.js';
import { EMPTY_STANDING } from '../core/standing.js';
import {
  insertAlias, insertCustomer, lockCustomers, markCustomerDeleted, selectAliases, selectCustomer, updateProfile, type StoredCustomer,
} from '../store/customer.js';
import { selectCustomerSlice } from '../store/customer-list.js';
import type { Engine, Unit } from './engine.js';

/** A customer's profile as the API takes it; what is left out stays as it is, or takes its default. */
export interface CustomerInput {
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  /** As a whole: parts that are not named are not kept. */
  readonly address?: AddressInput | null | undefined;
  readonly currency?: string | undefined;
  readonly timezone?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

type Profile = Pick<Customer, 'name' | 'email' | 'phone' | 'address' | 'currency' | 'zone' | 'metadata'>;

/** A customer with the number of its last change. */
export interface CustomerAtRevision {
  readonly customer: Customer;
  readonly revision: number;
}

/** What a customer is of whom nothing is told. */
const NO_PROFILE: Profile = { name: null, email: null, phone: null, address: null, currency: 'USD' as Currency, zone: 'UTC', metadata: {} };

/** The customer ids that ids or external ids name; unknown names are left out. */
export async function findCustomerIds(engine: Pick<Engine, 'aliases' | 'database'>, names: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const unknown = new Set<string>();
  for (const name of names) {
    const id = isId('cus', name) ? name : engine.aliases.get(name);
    if (id !== undefined) found.set(name, id);
    else if (nameFault(name) === undefined) unknown.add(name);
  }
  if (unknown.size === 0) return found;
  for (const [alias, id] of await selectAliases(engine.database, [...unknown])) {
    engine.aliases.set(alias, id);
    found.set(alias, id);
  }
  return found;
}

/** The id of the customer that an id or external id names. @throws Refusal `not_found`. */
export async function findCustomerId(engine: Pick<Engine, 'aliases' | 'database'>, name: string): Promise<string> {
  const known = isId('cus', name) ? name : engine.aliases.get(name);
  if (known !== undefined) return known;
  const id = (await findCustomerIds(engine, [name])).get(name);
  if (id === undefined) throw notFound('customer', name);
  return id;
}

/**
 * Makes a customer. `aliases` are further names that lead to it, for ever.
 * @throws Refusal `invalid_request`; `already_exists` when the external id was ever taken.
 */
export async function createCustomer(
  engine: Engine,
  unit: Unit,
  input: CustomerInput & { readonly externalId?: string | null | undefined; readonly aliases?: readonly string[] },
): Promise<CustomerAtRevision> {
  const externalId = input.externalId ?? null;
  const wrong = externalId === null ? undefined : nameFault(externalId);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/external_id', detail: wrong }]);
  if (externalId === '.' || externalId === '..') throw invalidInput([{ pointer: '/external_id', detail: 'must not be "." or "..": no address can name it' }]);
  if (externalId !== null && isId('cus', externalId)) throw invalidInput([{ pointer: '/external_id', detail: 'must not look like an id of Paidup' }]);
  const id = engine.newId('cus');
  const profile = readProfile(input, NO_PROFILE);
  const customer = { id, externalId, ...profile, createdAt: unit.at };
  for (const alias of [...(externalId === null ? [] : [externalId]), ...(input.aliases ?? [])]) {
    const isFree = await insertAlias(unit.transaction, alias, id);
    if (!isFree) throw new Refusal('already_exists', `A customer with the external id "${alias}" already exists.`);
  }
  const accountNumber = await insertCustomer(unit.transaction, customer, EMPTY_STANDING);
  return { customer: { ...customer, accountNumber }, revision: 0 };
}

/** Makes the customer with this external id, or sets the profile of the one there is. */
export async function putCustomer(engine: Engine, unit: Unit, input: CustomerInput & { readonly customer: string }): Promise<CustomerAtRevision> {
  const known = (await selectAliases(unit.transaction, [input.customer])).get(input.customer);
  const id = known ?? (isId('cus', input.customer) ? input.customer : undefined);
  if (id !== undefined) return updateCustomer(unit, id, input);
  try {
    return await createCustomer(engine, unit, { ...input, externalId: input.customer });
  } catch (error) {
    // Another request made it in the meantime: then this one sets its profile.
    const made = (await selectAliases(unit.transaction, [input.customer])).get(input.customer);
    if (made === undefined || !(error instanceof Refusal && error.slug === 'already_exists')) throw error;
    return updateCustomer(unit, made, input);
  }
}

/** @throws Refusal `invalid_request` when the input is no profile, whatever the customer is. */
export function checkProfile(input: CustomerInput): void {
  readProfile(input, NO_PROFILE);
}

/** Changes what the input names. @throws Refusal `not_found`, `invalid_request`. */
export async function updateCustomer(unit: Unit, customerId: string, input: CustomerInput): Promise<CustomerAtRevision> {
  const { customer: before, revision } = await lockCustomer(unit, customerId);
  const customer = { ...before, ...readProfile(input, before) };
  await updateProfile(unit.transaction, customer, unit.at);
  return { customer, revision: revision + 1 };
}

/** The customer is not there any more: not found, and no event is taken. Its facts are kept; its names stay taken. */
export async function deleteCustomer(unit: Unit, customerId: string): Promise<void> {
  await lockCustomer(unit, customerId);
  await markCustomerDeleted(unit.transaction, customerId, unit.at);
}

/** Locks the customer for this unit and reads it. @throws Refusal `not_found`. */
export async function lockCustomer(unit: Unit, customerId: string): Promise<StoredCustomer> {
  const [stored] = await lockCustomers(unit.transaction, [customerId]);
  // Deleted meanwhile: named by no id that the asker may not know.
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  return stored;
}

/** Newest first, behind the first `offset`; `matching` is part of a name or e-mail. */
export async function listCustomerSlice(engine: Engine, input: { matching: string | undefined; limit: number; offset: number }): Promise<CustomerAtRevision[]> {
  return selectCustomerSlice(engine.database, { ...input, matching: input.matching ?? null });
}

/** The customer as it is now. @throws Refusal `not_found`. */
export async function getCustomer(engine: Engine, customerId: string): Promise<Customer> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  return stored.customer;
}

function readProfile(input: CustomerInput, before: Profile): Profile {
  const errors: InputError[] = [];
  const currency = input.currency === undefined ? before.currency : parseCurrency(input.currency);
  if (currency === undefined) errors.push({ pointer: '/currency', detail: `"${input.currency}" is not an ISO 4217 currency` });
  const zone = input.timezone ?? before.zone;
  if (!isTimeZone(zone)) errors.push({ pointer: '/timezone', detail: `"${zone}" is not an IANA time zone` });
  const email = input.email === undefined ? before.email : input.email;
  const emailWrong = email === null ? undefined : emailFault(email);
  if (emailWrong !== undefined) errors.push({ pointer: '/email', detail: emailWrong });
  const name = input.name === undefined ? before.name : input.name;
  const nameWrong = name === null || name === '' ? undefined : nameFault(name);
  if (nameWrong !== undefined) errors.push({ pointer: '/name', detail: nameWrong });
  const phone = input.phone === undefined ? before.phone : input.phone;
  const phoneWrong = phone === null ? undefined : nameFault(phone);
  if (phoneWrong !== undefined) errors.push({ pointer: '/phone', detail: phoneWrong });
  const address = input.address === undefined ? before.address : input.address === null ? null : parseAddress(input.address, errors);
  if (errors.length > 0 || currency === undefined) throw invalidInput(errors);
  return { name, email, phone, address, currency, zone, metadata: input.metadata ?? before.metadata };
}

/** The customer's profile, of a deleted one too: its documents stay. @throws Refusal `not_found`. */
export async function readCustomer(engine: Engine, customerId: string): Promise<Customer> {
  const stored = await selectCustomer(engine.database, customerId, { withDeleted: true });
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  return stored.customer;
}
