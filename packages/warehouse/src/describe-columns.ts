import type { Column } from '@segcast/contracts';
import { categoryOf } from './column-category.ts';
import { descriptionOf } from './column-description.ts';
import { featureColumns, type FeatureColumn } from './features.ts';
import { isoTime } from './iso-time.ts';
import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

const TOP_VALUES = 10;

/** What ANALYZE has found in a column, as texts. */
interface Statistics {
  common: string[];
  /** The ends of the histogram, which leaves the common values out. */
  ends: string[];
}

/**
 * The usable columns with what PostgreSQL's statistics know of them: `min` and `max` of numbers and
 * times, and the most common texts and booleans, as of the last ANALYZE and from its sample. A
 * relation without statistics (a plain view, a table never analysed) has none of the three.
 */
export async function describeColumns(warehouse: Warehouse): Promise<Column[]> {
  const relation = await warehouse.relation();
  const columns = featureColumns(relation);
  const statistics = await readStatistics(warehouse, relation, columns);
  return columns.map((column) => {
    const { name, type, nullable } = column;
    const known = name === 'customer_id' ? undefined : statistics.get(name);
    return {
      name,
      type,
      nullable,
      category: categoryOf(name),
      description: descriptionOf(column),
      ...(known && summaryOf(column, known)),
    };
  });
}

async function readStatistics(
  warehouse: Warehouse,
  relation: Relation,
  usable: readonly FeatureColumn[],
): Promise<Map<string, Statistics>> {
  const rows = await warehouse.query(
    `read the statistics of ${relation.label}`,
    `SELECT attname::text, array_to_json(common)::text, array_to_json(ends)::text
       FROM (SELECT attname, inherited, most_common_vals::text::text[] AS common,
                    ARRAY[bounds[1], bounds[cardinality(bounds)]] AS ends
               FROM pg_catalog.pg_stats, LATERAL (SELECT histogram_bounds::text::text[] AS bounds) AS h
              WHERE schemaname = $1 AND tablename = $2 AND attname = ANY ($3)) AS statistics
      ORDER BY inherited`,
    [relation.schema, relation.name, usable.map((column) => column.name)],
  );
  return new Map(
    rows.map(([name, common, ends]) => [
      name!,
      { common: textsOf(common ?? null), ends: textsOf(ends ?? null) },
    ]),
  );
}

function textsOf(json: string | null): string[] {
  const texts = (json === null ? [] : JSON.parse(json)) as (string | null)[];
  return texts.filter((text) => text !== null);
}

function summaryOf(
  { type }: FeatureColumn,
  { common, ends }: Statistics,
): Pick<Column, 'min' | 'max' | 'top_values'> {
  switch (type) {
    case 'number':
      return extremes([...common, ...ends].map(Number).filter(Number.isFinite), (a, b) => a - b);
    case 'date':
    case 'datetime':
      return extremes([...common, ...ends].map(isoTime), (a, b) => (a < b ? -1 : 1));
    default: {
      const values = common.slice(0, TOP_VALUES);
      if (values.length === 0) return {};
      return {
        top_values: type === 'boolean' ? values.map((v) => (v === 't' ? 'true' : 'false')) : values,
      };
    }
  }
}

function extremes<T>(values: T[], order: (a: T, b: T) => number): { min?: T; max?: T } {
  const sorted = values.sort(order);
  return sorted.length === 0 ? {} : { min: sorted[0]!, max: sorted.at(-1)! };
}
