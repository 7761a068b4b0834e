import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers from `least` up, for options. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It is a whole number, ${least} or more.`);
    }
    return value;
  };
}
