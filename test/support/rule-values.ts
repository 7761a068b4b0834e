import fc from 'fast-check';

/** A value as PostgreSQL reads and writes it. */
type SqlText = string;

const SPECIAL_NUMBERS = ['NaN', 'Infinity', '-Infinity', '-0', '0', '1', '0.1', '0.3'];

/** Around where doubles stop being exact, end, and are rounded: midpoints and their neighbours. */
const NUMERICS = [
  ...SPECIAL_NUMBERS,
  '0.1000000000000000055511151231257827021181583404541015625',
  '0.1000000000000000055511151231257827',
  '0.29999999999999998889776975',
  '1.00000000000000011102230246251565404236316680908203125',
  '1.00000000000000011102230246251565404236316680908203124',
  '1.00000000000000011102230246251565404236316680908203126',
  '1000.00000000000005684341886080801486968994140625',
  '1000.00000000000005684341886080801486968994140624',
  '9007199254740993',
  '9007199254740993.0000000001',
  '1797693134862315700000000000e281',
  '1.797693134862315807e308',
  '1.7976931348623159e308',
  '1e400',
  '-1e400',
  '5e-324',
  '2.4e-324',
  '2.6e-324',
  '1e-400',
  '-1e-400',
];

const isSmall = (text: string) => Math.abs(Number(text)) < 10_000;

const INT8S = [
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
];

const integer = (max: number) => fc.integer({ min: -max, max }).map(String);

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 25 }))
  .map(([digits, scale]) => `${digits}e-${scale}`);

const double = fc.double().map((value) => (Object.is(value, -0) ? '-0' : String(value)));

const TEXTS = [
  ...['', ' ', 'a', 'A', 'ab', 'aba', 'a  ', 'b', 'ß', 'ss', 'é', 'e\u0301', 'İ', 'i'],
  ...['\ud7ff', '\ue000', '\uff01', '\uffff', '𐀀', '😀', '👩‍👩‍👧', '\u200b', '\u202e'],
  ...["'", "''", '"', '\\', "\\'", "' OR TRUE --", "'); DROP TABLE x; --", 'E\\047', '$$', '$1'],
  ...['%', '_', 'a%b', '\n', '\t', '\u0001', '/*', '--', '{}', 'null', 'NaN', 'infinity', '1'],
];

const anyText = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.array(fc.constantFrom(...TEXTS), { maxLength: 3 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replaceAll('\0', '')),
);

const UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
];

const DATES = ['0001-01-01', '1969-12-31', '1970-01-01', '2024-02-29', '2024-03-31', '9999-12-31'];
const ENDLESS = ['infinity', '-infinity'];
const FAR_DATES = ['0044-03-15 BC', '0001-12-31 BC', '12345-06-07'];
const TIMES = [
  ...['2024-02-29 12:34:56.789012', '2024-02-29 12:34:56.789013', '2024-02-29 12:34:56'],
  ...['2024-03-31 02:30:00', '1969-12-31 23:59:59.999999', '0001-01-01 00:00:00.000001'],
  ...['9999-12-31 23:59:59.999999', '1970-01-01 00:00:00'],
];

const anyDay = fc
  .date({ min: new Date('1960-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const anyTime = fc
  .tuple(anyDay, fc.constantFrom('00:00:00', '23:59:59.999999', '12:00:00.5', '05:30:00'))
  .map((parts) => parts.join(' '));

/** What the columns of each SQL type may hold, as texts that a cast to the type takes. */
export const SQL_VALUES: Readonly<Record<string, fc.Arbitrary<SqlText>>> = {
  int2: fc.oneof(fc.constantFrom('0', '1', '-1', '32767', '-32768'), integer(5)),
  int4: fc.oneof(fc.constantFrom('0', '2147483647', '-2147483648', '16777217'), integer(5)),
  int8: fc.oneof(fc.constantFrom('0', '1', ...INT8S), integer(5)),
  float4: fc.constantFrom(...SPECIAL_NUMBERS, '16777217', '1e-45', '3.4028235e38', '1.1'),
  float8: fc.oneof(
    fc.constantFrom(...SPECIAL_NUMBERS, '0.30000000000000004', '5e-324', '1.7976931348623157e308'),
    double,
  ),
  numeric: fc.oneof(fc.constantFrom(...NUMERICS, ...INT8S), decimal),
  'numeric(12,2)': fc.constantFrom('NaN', '0', '0.1', '0.3', '1', '1000', '-0.01', '9999999999.99'),
  // More digits than a double tells apart, and few enough to be declared.
  'numeric(30,25)': fc.constantFrom(...NUMERICS.filter(isSmall)),
  text: anyText,
  varchar: anyText,
  bpchar: anyText,
  uuid: fc.oneof(fc.constantFrom(...UUIDS), fc.uuid()),
  bool: fc.constantFrom('true', 'false'),
  date: fc.oneof(fc.constantFrom(...DATES, ...ENDLESS, ...FAR_DATES), anyDay),
  timestamp: fc.oneof(fc.constantFrom(...DATES, ...TIMES, ...ENDLESS, ...FAR_DATES), anyTime),
  timestamptz: fc
    .oneof(fc.constantFrom(...DATES, ...TIMES, ...FAR_DATES), anyTime)
    .map((time) => `${time} UTC`.replace(/^(.*) BC UTC$/, '$1 UTC BC')),
};

const finite = (text: string) => Number.isFinite(Number(text));

const anyNumber = fc.oneof(
  fc.constantFrom(...[...NUMERICS, ...INT8S].filter(finite).map(Number)),
  fc.constantFrom(0, 1, 2.5, -3, 1000, 16777217, 1.1, Math.fround(1.1), 0.30000000000000004),
  fc.constantFrom(1.7976931348623157e308, -1.7976931348623157e308, 1.0000000000000002, 1e-7, 1e21),
  fc.constantFrom(0.1, 1, 1.0000000000000002, 1000, 1000.0000000000001),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
);

const offset = fc.constantFrom('', 'Z', '+00', '+05:30', '-0800');

const anyIsoTime = fc.oneof(
  fc.constantFrom(...DATES),
  anyDay,
  fc
    .tuple(fc.oneof(fc.constantFrom(...TIMES), anyTime), fc.constantFrom('T', ' '), offset)
    .map(([time, separator, zone]) => time.replace(' ', separator) + zone)
    // An offset can carry the first and the last instants out of the years 0001 to 9999.
    .filter((time) => !/^(0001|9999).*\d[+-]\d\d(:?\d\d)?$/.test(time)),
);

/** Constants of rules by family: many of those that the columns hold, and others between. */
export const CONSTANTS = {
  number: anyNumber,
  text: fc.oneof(
    anyText,
    fc.constantFrom(...UUIDS, UUIDS[2]!.toUpperCase(), UUIDS[2]!.slice(0, 9)),
  ),
  boolean: fc.boolean(),
  time: anyIsoTime,
} satisfies Record<string, fc.Arbitrary<number | string | boolean>>;
