import type { TextOperand, TextTest } from './rule.ts';
import { asText, knownSql, textLiteral } from './sql-columns.ts';

/**
 * A condition that holds where one text contains, starts or ends with another. None of these reads
 * `%` or `_` as a pattern, as LIKE would.
 */
export function textTestSql(test: TextTest, text: TextOperand, part: TextOperand): string {
  const columns = [text, part].filter((operand) => typeof operand !== 'string');
  return knownSql(columns, [testSql(test, textSql(text), textSql(part))]);
}

function testSql(test: TextTest, text: string, part: string): string {
  if (test === 'contains') return `strpos(${text}, ${part}) > 0`;
  if (test === 'starts_with') return `starts_with(${text}, ${part})`;
  return `right(${text}, length(${part})) = ${part}`;
}

/** Of the two operands one is a column, whose collation holds for both. */
function textSql(operand: TextOperand): string {
  return typeof operand === 'string' ? textLiteral(operand) : asText(operand);
}
