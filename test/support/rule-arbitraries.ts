import type { RuleColumn } from '@segcast/rules';
import fc from 'fast-check';

import { RULE_COLUMNS } from './rule-table.ts';
import { CONSTANTS } from './rule-values.ts';

type Json = fc.JsonValue;
type Family = keyof typeof CONSTANTS;

const FAMILY_OF_TYPE = {
  number: 'number',
  string: 'text',
  boolean: 'boolean',
  date: 'time',
  datetime: 'time',
} as const satisfies Record<RuleColumn['type'], Family>;

const columns = [...RULE_COLUMNS.values()];

function nameOf(family: Family): fc.Arbitrary<string> {
  const names = columns.filter(({ type }) => FAMILY_OF_TYPE[type] === family);
  return fc.constantFrom(...names.map(({ name }) => name));
}

/** A column, with its name alone or as a list of one. */
function column(family: Family): fc.Arbitrary<Json> {
  return fc
    .tuple(nameOf(family), fc.boolean())
    .map(([name, listed]) => ({ var: listed ? [name] : name }));
}

const family = fc.constantFrom(...(Object.keys(CONSTANTS) as Family[]));

function operation(operators: readonly string[], args: fc.Arbitrary<Json[]>): fc.Arbitrary<Json> {
  return fc.tuple(fc.constantFrom(...operators), args).map(([name, list]) => ({ [name]: list }));
}

/** Operands of one family, at least one of them a column. */
function operands(of: Family, count: number): fc.Arbitrary<Json[]> {
  const others = fc.array(fc.oneof(column(of), CONSTANTS[of]), {
    minLength: count - 1,
    maxLength: count - 1,
  });
  return fc
    .tuple(column(of), others, fc.nat({ max: count - 1 }))
    .map(([first, rest, place]) => rest.toSpliced(place, 0, first));
}

const ORDERS = ['<', '<=', '>', '>='];
const EQUALITIES = ['==', '===', '!=', '!=='];

const comparison = family.chain((of) => operation([...ORDERS, ...EQUALITIES], operands(of, 2)));
const between = family.chain((of) => operation(ORDERS, operands(of, 3)));
const constants = family
  .filter((of) => of !== 'time')
  .chain((of) => operation([...ORDERS, ...EQUALITIES], fc.tuple(CONSTANTS[of], CONSTANTS[of])));

const isNull = fc
  .tuple(family.chain(column), fc.boolean())
  .chain(([of, swapped]) => operation(EQUALITIES, fc.constant(swapped ? [null, of] : [of, null])));

const membership = family.chain((of) =>
  operation(['in'], fc.tuple(column(of), fc.array<Json>(CONSTANTS[of], { maxLength: 12 }))),
);

const textTest = operation(['in', 'starts_with', 'ends_with'], operands('text', 2));

const missing = fc
  .oneof(
    fc.array(family.chain(nameOf), { maxLength: 3 }),
    family.chain((of) => nameOf(of)),
  )
  .map((names): Json => ({ missing: names }));

const leaf = fc.oneof(
  { weight: 6, arbitrary: comparison },
  { weight: 2, arbitrary: between },
  { weight: 2, arbitrary: membership },
  { weight: 2, arbitrary: textTest },
  { weight: 1, arbitrary: constants },
  { weight: 1, arbitrary: isNull },
  { weight: 1, arbitrary: missing },
  { weight: 1, arbitrary: column('boolean') },
  { weight: 1, arbitrary: fc.boolean() },
);

const { condition } = fc.letrec<{ condition: Json; negation: Json; junction: Json }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: tie('negation') },
    { weight: 3, arbitrary: tie('junction') },
  ),
  negation: fc
    .tuple(fc.constantFrom('!', '!!'), tie('condition'), fc.boolean())
    .map(([name, inner, listed]) => ({ [name]: listed ? [inner] : inner })),
  junction: operation(['and', 'or'], fc.array(tie('condition'), { maxLength: 4 })),
}));

const namedRules = fc.array(
  fc.record({ name: fc.string(), rule: fc.oneof(condition, fc.constant(null)) }),
  { maxLength: 3 },
);

/** Valid rules over `RULE_COLUMNS`, in every form and with every operator. */
export const ruleJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 30, arbitrary: condition },
  { weight: 1, arbitrary: namedRules },
  { weight: 1, arbitrary: fc.constantFrom<Json[]>(null, {}, true, false) },
);
