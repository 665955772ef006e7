import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../../../core/problems.js';

/** The first value of a query parameter, its name in any letter case, as the vendor reads it; empty is absent. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Readonly<Record<string, string | string[] | undefined>>;
  const key = Object.keys(query).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const value = key === undefined ? undefined : query[key];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === '' ? undefined : first;
}

/** True or false in any letter case; false when absent or empty. @throws Refusal `invalid_request`. */
export function queryFlag(request: FastifyRequest, name: string): boolean {
  const text = queryText(request, name);
  switch (text?.trim().toLowerCase()) {
    case undefined:
    case 'false':
      return false;
    case 'true':
      return true;
    default:
      throw invalidInput([{ pointer: `/${name}`, detail: `The value '${text}' is not valid.` }]);
  }
}

/** Two letters that name a country, in capitals; undefined when absent. @throws Refusal `invalid_request`. */
export function queryCountry(request: FastifyRequest, name: string): string | undefined {
  const text = queryText(request, name)?.trim();
  if (text === undefined) return undefined;
  if (!/^[A-Za-z]{2}$/.test(text)) throw invalidInput([{ pointer: `/${name}`, detail: `The value '${text}' is not valid.` }]);
  return text.toUpperCase();
}
