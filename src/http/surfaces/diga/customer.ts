import type { Customer } from '../../../core/customer.js';
import type { PaymentMethod } from '../../../core/payment-method.js';
import { invalidInput, pointerToken, type InputError } from '../../../core/problems.js';
import { checkProfile, lockCustomer, updateCustomer, type CustomerInput } from '../../../service/customer.js';
import { inUnit, type Engine } from '../../../service/engine.js';
import { setPaymentMethod } from '../../../service/payment-method.js';
import { knownProviderReference, providerReference } from '../../../service/provider-customer.js';
import { readState } from '../../../service/state.js';
import { addressView } from '../../customer.js';
import { noMethodOnCreate } from './fault.js';
import type { DigaCustomer, DigaCustomerInput } from './schema.js';

/*
 * Diga's customer request and answer. Source: contracts/diga.md section 2; what it leaves open and how that is settled
 * stands in docs/surfaces/diga.md.
 */

/** Names that say how the surfaces show a customer: they are the merchant's, and no key of a project sees or sets them. */
const MERCHANTS_OWN = /^(diga|docspace|lark)\./;

/** What Stripe takes, which the vendor passes metadata on to. */
const LIMITS = { names: 50, nameLength: 40, valueLength: 500 } as const;

/**
 * Changes what the input names. The payment provider comes to know the customer, as the vendor's does; the card is put
 * on file before the profile is written, as it is the likelier to be refused.
 * @throws Refusal `invalid_request`, `not_found`, `payment_declined`; DigaFault when the provider does not know the customer whose card is named.
 */
export async function updateDigaCustomer(engine: Engine, customerId: string, input: DigaCustomerInput): Promise<DigaCustomer> {
  const before = await readState(engine, customerId);
  checkProfile(fromDigaCustomer(input, before.customer));
  const methodId = input.default_payment_method_id ?? '';
  if (methodId !== '' && (await knownProviderReference(engine, customerId)) === undefined) throw noMethodOnCreate();
  if (methodId !== '' && methodId !== before.paymentMethod?.id) await setPaymentMethod(engine, customerId, methodId);
  await inUnit(engine, async (unit) => {
    const { customer } = await lockCustomer(unit, customerId);
    const profile = fromDigaCustomer(input, customer);
    if (Object.values(profile).some((value) => value !== undefined)) await updateCustomer(unit, customerId, profile);
  });
  if (methodId === '') await providerReference(engine, customerId);
  const { customer, paymentMethod } = await readState(engine, customerId);
  return toDigaCustomer(customer, paymentMethod);
}

export function toDigaCustomer(customer: Customer, method: PaymentMethod | null): DigaCustomer {
  const { id, address, email, name, phone, metadata } = customer;
  return {
    id,
    address: address === null ? null : addressView(address),
    email,
    name,
    phone,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !MERCHANTS_OWN.test(key))),
    default_payment_method_id: method?.id ?? null,
  };
}

/** What the native API is asked to change. @throws Refusal `invalid_request` for metadata that cannot be kept. */
export function fromDigaCustomer(input: DigaCustomerInput, before: Pick<Customer, 'metadata'>): CustomerInput {
  return {
    name: toText(input.name),
    email: toText(input.email),
    phone: toText(input.phone),
    address: input.address ?? undefined,
    metadata: input.metadata == null ? undefined : mergeMetadata(before.metadata, input.metadata),
  };
}

/** The vendor passes null on as "not said", and an empty text as "none": so does Stripe's library for its language. */
function toText(text: string | null | undefined): string | null | undefined {
  return text === '' ? null : (text ?? undefined);
}

function mergeMetadata(before: Readonly<Record<string, string>>, input: Readonly<Record<string, unknown>>): Record<string, string> {
  const errors: InputError[] = [];
  const merged = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(input)) {
    const text = valueText(value);
    const wrong = nameWrong(name) ?? (text.length > LIMITS.valueLength ? `must not be longer than ${LIMITS.valueLength} characters` : undefined);
    if (wrong !== undefined) errors.push({ pointer: `/metadata/${pointerToken(name)}`, detail: wrong });
    else if (text === '') merged.delete(name);
    else merged.set(name, text);
  }
  if (merged.size > LIMITS.names && merged.size > Object.keys(before).length) errors.push({ pointer: '/metadata', detail: `must not have more than ${LIMITS.names} names` });
  if (errors.length > 0) throw invalidInput(errors);
  return Object.fromEntries(merged);
}

/** Metadata are texts: what is none is kept as it is written in JSON, null as the empty one. */
function valueText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function nameWrong(name: string): string | undefined {
  if (name === '' || name.length > LIMITS.nameLength) return `must have a name of 1 to ${LIMITS.nameLength} characters`;
  return MERCHANTS_OWN.test(name) ? 'is not for a project to set' : undefined;
}
