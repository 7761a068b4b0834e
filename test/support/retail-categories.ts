import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * Eight categories of the gift shop's products: the first rule that a description meets decides.
 * The rules are words of whole ranges that the shop sells, in the order of how special they are.
 */
const RULES: readonly (readonly [category: string, words: RegExp])[] = [
  ['Bags & lunch', /BAG|LUNCH|PURSE|BACKPACK/],
  ['Christmas', /CHRISTMAS|XMAS|ADVENT|REINDEER|SANTA|SNOW/],
  ['Baking & kitchen', /CAKE|BAKING|KITCHEN|APRON|JAM|RECIPE|OVEN|JUG|BOWL|SPOON/],
  ['Tea & table', /TEA|MUG|CUP|PLATE|NAPKIN|TRAY|CUTLERY|COASTER|GLASS/],
  ['Candles & lights', /LIGHT|CANDLE|LANTERN|LAMP/],
  [
    'Home & decoration',
    /HEART|WALL|CLOCK|FRAME|SIGN|HOOK|CUSHION|DOORMAT|DRAWER|CABINET|DECORATION|BUNTING|HANGING/,
  ],
  ['Paper & stationery', /CARD|PAPER|WRAP|PEN|NOTEBOOK|STICKER|TAPE|RIBBON|TISSUE/],
];
const REST = 'Other gifts';

/** The lines of Online Retail as CSV with a column `category`. */
export function withCategories(linesFile: string, productsFile: string): string {
  const [, ...products] = linesOf(productsFile);
  const categories = new Map(products.map((line) => [line.split(',', 1)[0], categoryOf(line)]));
  const [head, ...lines] = linesOf(linesFile);
  const categorised = lines.map((line) => {
    const product = line.split(',')[3];
    return `${line},${categories.get(product) ?? REST}`;
  });
  return [`${head},category`, ...categorised].join('\n');
}

function categoryOf(product: string): string {
  return RULES.find(([, words]) => words.test(product))?.[0] ?? REST;
}

function linesOf(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().trim().split(/\r?\n/);
}
