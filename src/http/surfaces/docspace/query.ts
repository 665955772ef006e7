import type { FastifyRequest } from 'fastify';
import { invalidInput, type InputError } from '../../../core/problems.js';
import { isUrl, titleOf, urlFault } from './body.js';

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

/** The same, undefined when absent or empty. @throws Refusal `invalid_request`. */
export function queryChoice(request: FastifyRequest, name: string): boolean | undefined {
  return queryText(request, name) === undefined ? undefined : queryFlag(request, name);
}

/** Addresses of the web that must be there. @throws Refusal `invalid_request` with what is wrong with each. */
export function queryUrls<const Name extends string>(request: FastifyRequest, names: readonly Name[]): Record<Name, string> {
  const read = names.map((name) => ({ name, text: queryText(request, name)?.trim() ?? '' }));
  const errors = read.flatMap(({ name, text }): InputError[] => {
    if (text === '') return [{ pointer: `/${titleOf(name)}`, detail: `The ${titleOf(name)} field is required.` }];
    return isUrl(text) ? [] : [{ pointer: `/${titleOf(name)}`, detail: urlFault(name) }];
  });
  if (errors.length > 0) throw invalidInput(errors);
  return Object.fromEntries(read.map(({ name, text }) => [name, text])) as Record<Name, string>;
}

/** Two letters that name a country, in capitals; undefined when absent. @throws Refusal `invalid_request`. */
export function queryCountry(request: FastifyRequest, name: string): string | undefined {
  const text = queryText(request, name)?.trim();
  if (text === undefined) return undefined;
  if (!/^[A-Za-z]{2}$/.test(text)) throw invalidInput([{ pointer: `/${name}`, detail: `The value '${text}' is not valid.` }]);
  return text.toUpperCase();
}
