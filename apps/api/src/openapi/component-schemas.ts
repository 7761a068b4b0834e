import { z } from 'zod';
import { REQUEST_SCHEMAS, RESPONSE_SCHEMAS } from './named-schemas.ts';

type JsonSchema = Record<string, unknown>;

/** `components.schemas` of the API document: every named schema once, with references between them. */
export function componentSchemas(): Record<string, JsonSchema> {
  return {
    ...toComponents(REQUEST_SCHEMAS, 'input'),
    ...toComponents(RESPONSE_SCHEMAS, 'output'),
  };
}

/** A reference to a named schema, or the schema itself where it has no name. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const named = io === 'input' ? REQUEST_SCHEMAS : RESPONSE_SCHEMAS;
  const name = Object.keys(named).find((key) => named[key] === schema);
  if (name !== undefined) return { $ref: reference(name) };
  if (schema instanceof z.ZodArray) {
    return { type: 'array', items: schemaOf(schema.element as z.ZodType, io) };
  }
  return withoutIdentity(z.toJSONSchema(schema, { io }));
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

function toComponents(
  schemas: Record<string, z.ZodType>,
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: converted } = z.toJSONSchema(registry, {
    io,
    uri: reference,
    override: ({ jsonSchema }) => {
      // Answers may gain fields; only what clients send is closed.
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(converted).map(([name, schema]) => [name, withoutIdentity(schema)]),
  );
}

/** The document says once which dialect its schemas speak, and a component is known by its place. */
function withoutIdentity(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(
      ([key]) => key !== '$schema' && key !== '$id' && key !== '~standard',
    ),
  );
}
