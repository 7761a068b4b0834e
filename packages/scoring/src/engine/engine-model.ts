/** A model in an engine's memory. */
export interface EngineModel {
  /**
   * One call of the engine: `rows` standardised rows, row-major, into `output`, row-major. Every
   * row's answer is independent of the others.
   */
  predict(input: Float32Array, rows: number, output: Float32Array): void;
  dispose(): void;
}
