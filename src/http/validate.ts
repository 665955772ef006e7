import { Ajv, type AnySchema } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';

/** A body means what it says: a string is not a number. */
const exact = new Ajv({ coerceTypes: false, useDefaults: true, allErrors: true, strict: false });
/** Query and path are text, so numbers and booleans are read out of it. */
const coercing = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: false, strict: false });

/** Compiles a route's schemas into the checks that run before it. Names each wrong field by its JSON pointer. */
export const validatorCompiler: FastifySchemaCompiler<AnySchema> = ({ schema, httpPart }) => (httpPart === 'body' ? exact : coercing).compile(schema);
