/** How far a load is. */
export interface LoadProgress {
  /** `customers` are generated, `bytes` of files are read, `features` are derived in SQL. */
  stage: 'customers' | 'bytes' | 'features';
  done: number;
  /** Null where it cannot be known. */
  total: number | null;
}

/** Called now and then while a load runs. */
export type OnProgress = (progress: LoadProgress) => void;
