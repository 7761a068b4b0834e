import { AppError } from '@segcast/contracts';

/** Each export holds a connection of the store's pool until its client has taken the last of it. */
export class ExportSlots {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one, and answers how to give it back. Throws `too_many_exports`. */
  take(): () => void {
    if (this.#taken >= this.#limit) {
      throw new AppError(
        'too_many_exports',
        `${this.#taken} exports are under way, and no more than ${this.#limit} may be. Try again in a moment.`,
      );
    }
    this.#taken++;
    return () => {
      this.#taken--;
    };
  }
}
