import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

interface Media {
  schema: Json;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Content {
  content?: Record<string, Media>;
}

interface Described {
  security?: unknown[];
  'x-needed-role'?: 'read' | 'write' | 'admin';
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** One operation of the API document, and where it stands in it. */
export interface Operation {
  /** `POST /api/loyalty/v1/segments/` */
  name: string;
  method: string;
  path: string;
  described: Described;
}

/** What the document says, and whether answers are as it says. */
export interface ApiDocument {
  operations: Operation[];
  /** The faults of an answer, each naming the operation; empty where it is as documented. */
  faultsOf: (operation: Operation, response: Response) => Promise<string[]>;
  /** The faults of the document's own examples. */
  exampleFaults: (operation: Operation) => string[];
}

const PROBLEM = 'application/problem+json';

/** @param source the parsed `/openapi.json` */
export function readApiDocument(source: unknown): ApiDocument {
  const { paths } = source as { paths: Record<string, Record<string, Described>> };
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closed(source) as Json, 'document');
  const validators = new Map<string, ValidateFunction>();
  const schemaFaults = ({ schema }: Media, pointer: readonly string[], value: unknown) => {
    // Most are nothing but a reference to one of a few, which are then compiled once.
    const $ref = `document${typeof schema['$ref'] === 'string' ? schema['$ref'] : toFragment(pointer)}`;
    const validate = validators.get($ref) ?? ajv.compile({ $ref });
    validators.set($ref, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  };

  const faultsOf = async (operation: Operation, response: Response): Promise<string[]> => {
    const { status, headers } = response;
    const text = await response.text();
    const called = `${operation.name} ${status}`;
    const faults = headers.has('x-request-id') ? [] : [`${called}: no X-Request-Id`];
    const documented = operation.described.responses[status];
    if (documented === undefined) return [...faults, `${called}: undocumented; ${text}`];
    const { content } = documented;
    if (content === undefined) return text === '' ? faults : [...faults, `${called}: has a body`];
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const media = content[type];
    if (media === undefined) return [...faults, `${called}: undocumented type ${type}`];
    const body: unknown = /[/+]json$/.test(type) ? JSON.parse(text) : text;
    const place = ['responses', String(status), 'content', type, 'schema'];
    faults.push(
      ...schemaFaults(media, pointerTo(operation, place), body).map(
        (fault) => `${called}: ${fault}`,
      ),
    );
    if (type === PROBLEM) faults.push(...problemFaults(called, status, media, body as Json));
    return faults;
  };

  const exampleFaults = (operation: Operation): string[] => {
    const { requestBody, responses } = operation.described;
    const parts: [string[], Content][] = [
      [['requestBody'], requestBody ?? {}],
      ...Object.entries(responses).map(([status, response]): [string[], Content] => [
        ['responses', status],
        response,
      ]),
    ];
    return parts.flatMap(([place, { content = {} }]) =>
      Object.entries(content).flatMap(([type, media]) => {
        const { example, examples = {} } = media;
        const values = Object.values(examples).map(({ value }) => value);
        if (example !== undefined) values.push(example);
        const pointer = pointerTo(operation, [...place, 'content', type, 'schema']);
        return values
          .flatMap((value) => schemaFaults(media, pointer, value))
          .map((fault) => `${operation.name} ${place.join(' ')}: ${fault}`);
      }),
    );
  };

  const operations = Object.entries(paths).flatMap(([path, ofPath]) =>
    Object.entries(ofPath).map(([method, described]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      described,
    })),
  );
  return { operations, faultsOf, exampleFaults };
}

function toFragment(pointer: readonly string[]): string {
  const keys = pointer.map((key) =>
    encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  return `#/${keys.join('/')}`;
}

function pointerTo({ path, method }: Operation, place: readonly string[]): string[] {
  return ['paths', path, method.toLowerCase(), ...place];
}

function problemFaults(called: string, status: number, media: Media, problem: Json): string[] {
  const { code, status: said } = problem;
  const faults = said === status ? [] : [`${called}: its problem says ${String(said)}`];
  const isDocumented = Object.hasOwn(media.examples ?? {}, String(code));
  return isDocumented ? faults : [...faults, `${called}: undocumented code ${String(code)}`];
}

/**
 * The document with every object closed to fields that it does not name: clients must let answers
 * grow, but ours must not carry what is not documented.
 */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    key === 'example' || key === 'examples' ? inner : closed(inner),
  ]);
  const copy = Object.fromEntries(entries);
  const isObject = copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return isObject ? { additionalProperties: false, ...copy } : copy;
}
