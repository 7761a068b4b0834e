const OFFERS = [0, 1, 2, 3, 4, 5, 6, 7];
const ARRAYS = [
  'customer_ids',
  'churn_probabilities',
  ...OFFERS.map((n) => `offer_${n}`),
  'rfm',
  'recency',
  'frequency',
  'monetary',
];

/**
 * ANALYZE counts the elements of every array, which nobody asks about: three minutes of a core for
 * six million predictions, and autovacuum did that while runs were scored. Rows that are only ever
 * added and deleted whole gain nothing from a vacuum after inserts either.
 */
export const unanalysedArrays = `
  ALTER TABLE segcast.prediction_chunks
    ${ARRAYS.map((name) => `ALTER COLUMN ${name} SET STATISTICS 0`).join(',\n    ')};
  ALTER TABLE segcast.prediction_chunks
    SET (autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_vacuum_insert_threshold = -1);
`;
