/** PostgreSQL cuts longer names off. */
const MAX_NAME_LENGTH = 60;

/**
 * Names for columns as SQL and rules like them: `MonthlyCharges` becomes `monthly_charges`. A name
 * that is taken gets a number, and a column without one is named by its place.
 *
 * @param taken names that none of them may have.
 */
export function columnNamesFor(headers: readonly string[], taken: readonly string[]): string[] {
  const seen = new Set(taken);
  return headers.map((header, index) => {
    const base = snakeCase(header) || `column_${index + 1}`;
    let name = base;
    for (let number = 2; seen.has(name); number++) name = `${base}_${number}`;
    seen.add(name);
    return name;
  });
}

/** `customerID`, `Customer Id` and `CUSTOMER-ID` become `customer_id`. */
export function snakeCase(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return /^\d/.test(words) ? `_${words}` : words;
}
