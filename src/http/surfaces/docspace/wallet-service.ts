import type { FastifyRequest } from 'fastify';
import type { Plan } from '../../../core/plan.js';
import { invalidInput } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import { toCatalogue } from './catalogue.js';
import { absenceFault } from './fault.js';
import { docspaceText } from './metadata.js';
import { isInCatalogue, isNumbered, isPaidFromWallet, planNameOf, quotaIdOf } from './plan.js';
import { queryText } from './query.js';
import type { Quota } from './quota.js';

/** An add-on paid from the wallet, as a service: contracts/docspace.md section 3. */
export interface WalletService extends Quota {
  readonly serviceName: string;
  /** Its variants, which are not shown by themselves. */
  readonly innerServices?: readonly WalletService[] | undefined;
}

/** The vendor's services, by the number of their plan. */
export const WALLET_SERVICES: ReadonlyMap<number, string> = new Map([
  [-11, 'Storage'], [-12, 'Backup'], [-13, 'AITools'], [-14, 'Admin'], [-15, 'DocsCloud'], [-16, 'DocsCloudDevPack'], [-18, 'AISearch'],
]);

/** What the vendor's catalogue calls a built-in service. */
const SERVICE_NAMES: ReadonlyMap<number, string> = new Map([[-11, 'disk-storage'], [-12, 'backup'], [-13, 'ai-tools']]);

/** What the vendor's reports call what a built-in service was paid for, and what they count it in. */
const REPORT_WORDS: ReadonlyMap<number, { readonly title: string; readonly unit: string }> = new Map([
  [-11, { title: 'Disk space', unit: 'GB' }], [-12, { title: 'Backup', unit: 'Backup' }], [-13, { title: 'AI tools', unit: 'Tokens' }],
]);

const AI_SERVICES: ReadonlySet<number> = new Set([-13, -18]);

/** What a payment for the service is called: "Disk space", "Backup". */
export function operationTitleOf(plan: Plan): string {
  return REPORT_WORDS.get(quotaIdOf(plan))?.title ?? plan.name;
}

/** What the service is counted in: GB, Backup, Tokens. */
export function serviceUnitOf(plan: Plan): string | undefined {
  return docspaceText(plan.metadata, 'unit') ?? REPORT_WORDS.get(quotaIdOf(plan))?.unit;
}

export function isAiService(plan: Plan): boolean {
  return AI_SERVICES.has(quotaIdOf(plan));
}

export function serviceNameOf(plan: Plan): string {
  return docspaceText(plan.metadata, 'service_name') ?? SERVICE_NAMES.get(quotaIdOf(plan)) ?? planNameOf(plan);
}

/** Whether a client that asks for `name` means this service: by the plan's name, the service's, or the vendor's; in any letter case. */
export function isServiceNamed(plan: Plan, name: string): boolean {
  const names = [planNameOf(plan), serviceNameOf(plan), WALLET_SERVICES.get(quotaIdOf(plan))];
  return isNumbered(plan) && isPaidFromWallet(plan) && names.some((known) => known?.toLowerCase() === name.trim().toLowerCase());
}

/** Every service on offer; those of one `docspace.service_group` stand inside the one of them that is shown. */
export function toWalletServices(state: BillingState, plans: readonly Plan[]): WalletService[] {
  const groupOf = (service: WalletService): string | undefined => {
    const plan = plans.find((candidate) => quotaIdOf(candidate) === service.id);
    return plan === undefined ? undefined : docspaceText(plan.metadata, 'service_group');
  };
  const shown = servicesOf(state, plans);
  const hidden = servicesOf(state, plans, { isHidden: true });
  return shown.map((service) => {
    const group = groupOf(service);
    const inner = group === undefined ? [] : hidden.filter((one) => groupOf(one) === group);
    return inner.length === 0 ? service : { ...service, innerServices: inner };
  });
}

/** One service, shown or not. @throws Fault 404 when nothing is sold under that number. */
export function toWalletService(state: BillingState, plans: readonly Plan[], id: number): WalletService {
  const service = [...servicesOf(state, plans), ...servicesOf(state, plans, { isHidden: true })].find((one) => one.id === id);
  if (service === undefined) throw absenceFault('Service');
  return service;
}

/** The number of the service that the query names, by name or number. @throws Refusal `invalid_request`. */
export function queryService(request: FastifyRequest): number {
  const text = queryText(request, 'service')?.trim();
  if (text === undefined) throw invalidInput([{ pointer: '/Service', detail: 'A value for the \'Service\' parameter or property was not provided.' }]);
  const id = serviceId(text);
  if (id === undefined) throw invalidInput([{ pointer: '/service', detail: `The value '${text}' is not valid.` }]);
  return id;
}

/** The number that a service's name in any letter case, or its number as text, stands for. */
export function serviceId(text: string): number | undefined {
  return [...WALLET_SERVICES].find(([id, name]) => name.toLowerCase() === text.toLowerCase() || String(id) === text)?.[0];
}

function servicesOf(state: BillingState, plans: readonly Plan[], which: { isHidden?: true } = {}): WalletService[] {
  const kept = plans.filter((plan) => isPaidFromWallet(plan) && isInCatalogue(plan) === (which.isHidden === undefined));
  const quotas = toCatalogue(state, kept, { isWallet: true, isHidden: which.isHidden });
  return quotas.flatMap((quota) => {
    const plan = kept.find((candidate) => quotaIdOf(candidate) === quota.id);
    return plan === undefined ? [] : [{ ...quota, serviceName: serviceNameOf(plan) }];
  });
}
