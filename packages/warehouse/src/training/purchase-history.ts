import { AppError } from '@segcast/contracts';
import { SOURCE_SCHEMA } from '../loading/source-tables.ts';
import type { Warehouse } from '../warehouse.ts';

/** What the loaded transactions can tell; days are `YYYY-MM-DD` in UTC. */
export interface PurchaseHistory {
  /** What the features are derived from, see `FeatureSources`. */
  invoices: boolean;
  products: boolean;
  categories: boolean;
  firstDay: string;
  lastDay: string;
  purchases: number;
  /** Between two purchase days of a customer; null where nobody came back. */
  medianGapDays: number | null;
}

const SETTINGS_SQL = `
SELECT invoices::text, products::text, categories::text
  FROM ${SOURCE_SCHEMA}.settings WHERE origin <> 'features'`;

/** Returns are no purchases. */
const HISTORY_SQL = `
WITH days AS (
  SELECT DISTINCT customer_id, (occurred_at AT TIME ZONE 'UTC')::date AS day
    FROM ${SOURCE_SCHEMA}.transactions WHERE amount >= 0),
gaps AS (
  SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM days)
SELECT to_char(min(day), 'YYYY-MM-DD'),
       to_char(max(day), 'YYYY-MM-DD'),
       count(*)::text,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) FROM gaps)::text
  FROM days`;

/**
 * Reads what is known of the transactions under the features.
 *
 * @throws AppError `training_refused` where there are none.
 */
export async function readPurchaseHistory(warehouse: Warehouse): Promise<PurchaseHistory> {
  const action = 'look at the transactions';
  const [exists] = await warehouse.query(
    action,
    `SELECT to_regclass('${SOURCE_SCHEMA}.settings')::text, to_regclass('${SOURCE_SCHEMA}.transactions')::text`,
  );
  const [settings] = exists?.every((name) => name !== null)
    ? await warehouse.query(action, SETTINGS_SQL)
    : [];
  const [history] = settings ? await warehouse.query(action, HISTORY_SQL) : [];
  if (!settings || !history?.[0]) {
    throw new AppError(
      'training_refused',
      `The warehouse holds no transactions to learn from (${SOURCE_SCHEMA}.transactions). Load them with "segcast import transactions", or name a column that says what happened (--label).`,
    );
  }
  const [firstDay, lastDay, purchases, gap] = history;
  return {
    invoices: settings[0] === 'true',
    products: settings[1] === 'true',
    categories: settings[2] === 'true',
    firstDay: firstDay,
    lastDay: lastDay!,
    purchases: Number(purchases),
    medianGapDays: gap === null ? null : Number(gap),
  };
}
