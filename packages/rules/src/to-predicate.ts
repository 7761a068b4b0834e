import type { Features } from '@segcast/contracts';

import { compareValues, testText } from './compare-values.ts';
import { readerOf } from './row-values.ts';
import type { Rule, TextOperand } from './rule.ts';

export type Predicate = (row: Features) => boolean;

/**
 * The rule as a function of one customer's features, compiled once. It says of a row what
 * `toSqlCondition` says of it in the database.
 *
 * @throws AppError `internal`, when called on a value that is not of its column's type
 */
export function toPredicate(rule: Rule): Predicate {
  switch (rule.kind) {
    case 'constant':
      return () => rule.value;
    case 'and': {
      const predicates = rule.rules.map(toPredicate);
      return (row) => predicates.every((holds) => holds(row));
    }
    case 'or': {
      const predicates = rule.rules.map(toPredicate);
      return (row) => predicates.some((holds) => holds(row));
    }
    case 'not': {
      const holds = toPredicate(rule.rule);
      return (row) => !holds(row);
    }
    case 'null': {
      const read = readerOf(rule.column);
      return (row) => read(row) === null;
    }
    case 'compare':
      return compareWithLiteral(rule);
    case 'compare_columns':
      return compareColumns(rule);
    case 'member':
      return isMember(rule);
    case 'text':
      return testsText(rule);
  }
}

type Node<Kind extends Rule['kind']> = Extract<Rule, { kind: Kind }>;

function compareWithLiteral({ operator, column, literal }: Node<'compare'>): Predicate {
  const read = readerOf(column);
  return (row) => {
    const value = read(row);
    return value !== null && compareValues(operator, value, literal.value);
  };
}

function compareColumns({ operator, left, right }: Node<'compare_columns'>): Predicate {
  const [readLeft, readRight] = [readerOf(left), readerOf(right)];
  return (row) => {
    const [a, b] = [readLeft(row), readRight(row)];
    if (a === null || b === null) return operator === '==' && a === b;
    return compareValues(operator, a, b);
  };
}

function isMember({ column, literals }: Node<'member'>): Predicate {
  const read = readerOf(column);
  // A set finds 0 for -0, as `==` does; it would find NaN too, which no constant is.
  const values = new Set(literals.map((literal) => literal.value));
  return (row) => {
    const value = read(row);
    return value !== null && values.has(value);
  };
}

function testsText({ test, text, part }: Node<'text'>): Predicate {
  const [readTextOf, readPart] = [readText(text), readText(part)];
  return (row) => {
    const [whole, piece] = [readTextOf(row), readPart(row)];
    return whole !== null && piece !== null && testText(test, whole, piece);
  };
}

function readText(operand: TextOperand): (row: Features) => string | null {
  if (typeof operand === 'string') return () => operand;
  const read = readerOf(operand);
  return (row) => {
    const value = read(row);
    return typeof value === 'string' ? value : null;
  };
}
