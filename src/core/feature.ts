import { checkCode } from './name.js';
import { invalidInput, type InputError } from './problems.js';

export type FeatureType = 'flag' | 'limit' | 'metered';

/** How the limits that several subscriptions grant for one feature become one. */
export type Combination = 'add' | 'max';

/** What a plan can grant. */
export interface Feature {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly type: FeatureType;
  readonly combine: Combination;
  /** `size` is counted in bytes; `count` in pieces. */
  readonly unit: 'count' | 'size';
  /** Code of the meter that counts its use; null when nothing does, or the price alone says. */
  readonly meter: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface FeatureDefinition {
  readonly name?: string | undefined;
  readonly type: FeatureType;
  readonly combine?: Combination | undefined;
  readonly unit?: 'count' | 'size' | undefined;
  readonly meter?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** @throws Refusal `invalid_request` naming each wrong field. */
export function parseFeature(input: { id: string; code: string; definition: FeatureDefinition; hasMeter: (code: string) => boolean }): Feature {
  const { definition } = input;
  const errors: InputError[] = [];
  checkCode(input.code, '/code', errors);
  const meter = definition.meter ?? null;
  if (meter !== null && !input.hasMeter(meter)) errors.push({ pointer: '/meter', detail: `there is no meter "${meter}"` });
  if (meter !== null && definition.type === 'flag') errors.push({ pointer: '/meter', detail: 'a flag is not counted' });
  if (errors.length > 0) throw invalidInput(errors);
  return {
    id: input.id,
    code: input.code,
    name: definition.name ?? input.code,
    type: definition.type,
    combine: definition.combine ?? 'add',
    unit: definition.unit ?? 'count',
    meter,
    metadata: definition.metadata ?? {},
  };
}
