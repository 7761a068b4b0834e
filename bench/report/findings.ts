/** What a bench has found, ready to be shown on a terminal and in a document. */
export interface Findings {
  title: string;
  /** What is measured and how, in some sentences; a paragraph each. */
  about: string[];
  /** What the project promises, and what was found of it. */
  pledges: Pledge[];
  tables: Table[];
  charts: BarChart[];
  /** Every single measurement, by name, in the unit that the name ends with. */
  samples: Record<string, number[]>;
}

/** A bound that is to be kept. */
export interface Pledge {
  text: string;
  /** As it is shown, with its unit. */
  found: string;
  kept: boolean;
}

export interface Table {
  title: string;
  /** The first column is text and the others are figures. */
  columns: string[];
  rows: string[][];
}

export interface BarChart {
  /** Of the file, without `.svg`. */
  name: string;
  title: string;
  /** What the bars measure. */
  unit: string;
  /** Every power of ten as wide as any other: for bars of very different lengths. */
  logarithmic?: boolean;
  bars: {
    label: string;
    value: number;
    /** The value as it is shown. */
    text: string;
    /** What Segcast does, and not what it is compared with. */
    own?: boolean;
  }[];
}
