import type { Engine } from '../../../service/engine.js';

/** As long as a code of Paidup may be, less what makes it the only one. */
const LONGEST = 60;
const SUFFIX = 8;

/** The name as a code: "Compute Hours" is compute_hours; what holds no letter or digit at all is what `otherwise` says. */
export function slugOf(name: string, otherwise: string): string {
  const slug = name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, LONGEST);
  return slug === '' ? otherwise : slug;
}

/** A code that nothing in the catalog has, for what Lark knows by id only: two things may have one name there. */
export function codeFor(engine: Engine, name: string): string {
  return `${slugOf(name, 'lark')}.${engine.newId('plan').slice(-SUFFIX)}`;
}
