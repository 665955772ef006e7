import { Type, type TSchema, type TUnsafe } from 'typebox';

/** Shapes that several routes share. Validation, serialisation and the OpenAPI file come from the same schemas. */

export const DecimalText = Type.String({ maxLength: 64, description: 'A decimal number in plain notation, such as "12.50"', examples: ['12.50'] });

export const InstantText = Type.String({ description: 'RFC 3339 date-time in UTC', examples: ['2026-01-31T09:30:00Z'] });

export const Money = Type.Object(
  { amount: Type.String({ description: 'Major units with the decimal places of the currency', examples: ['29.00'] }), currency: Type.String({ examples: ['USD'] }) },
  { description: 'An amount of money' },
);

export const Metadata = Type.Record(Type.String(), Type.String({ maxLength: 4096 }), { description: 'Strings of your own, by name' });

export const CustomerPath = Type.Object({ customer: Type.String({ description: 'Id of the customer, or your own external id' }) });

/** The answer of what has nothing to say. */
export const Done = Type.Null({ description: 'Done' });

/** The answer to a conditional read that its sender has already. */
export const Unchanged = Type.Null({ description: 'Not changed: what has the tag in If-None-Match is still so' });

export const CodePath = Type.Object({ code: Type.String() });

export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ description: 'next_cursor of the page before' })),
});

export const Interval = Type.Object({
  unit: Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month'), Type.Literal('year')]),
  count: Type.Integer({ minimum: 1, maximum: 1000 }),
});

/** A value that may be null. */
export function Nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** One of some words. */
export function Words<const Word extends string>(words: readonly Word[], options: { description?: string } = {}): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: [...words], ...options });
}

/** A page of a list. */
export function PageOf(item: TSchema, description: string) {
  return Type.Object({ data: Type.Array(item), next_cursor: Nullable(Type.String()) }, { description });
}
