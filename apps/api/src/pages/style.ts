import { html } from './html.ts';

/** The look of every page: system fonts, light and dark by the reader's choice, no outside request. */
export const STYLE = html`<style>
  :root {
    color-scheme: light dark;
    --ink: #17212b;
    --quiet: #5b6b79;
    --line: #dfe5ea;
    --ground: #f5f7f9;
    --card: #fff;
    --accent: #0f766e;
    --high: #c2413b;
    --medium: #d99a2b;
    --low: #4f9d69;
    --notice-ink: #6b4d00;
    --notice: #fff6dd;
    --notice-line: #eccf7f;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e6edf3;
      --quiet: #93a3b1;
      --line: #2b3640;
      --ground: #10161c;
      --card: #18212a;
      --accent: #4fd1c0;
      --high: #e5655e;
      --medium: #e0ac4b;
      --low: #62b67f;
      --notice-ink: #f2d58a;
      --notice: #2e2612;
      --notice-line: #5f4c17;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0 auto;
    padding: 2rem 1.25rem 3rem;
    max-width: 76rem;
    font:
      16px/1.5 system-ui,
      sans-serif;
    color: var(--ink);
    background: var(--ground);
  }
  a {
    color: var(--accent);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 2rem;
    align-items: baseline;
    justify-content: space-between;
    margin-bottom: 1.25rem;
  }
  h1 {
    margin: 0;
    font-size: 1.5rem;
  }
  h2 {
    margin: 2rem 0 0.5rem;
    font-size: 1.1rem;
  }
  header p {
    margin: 0;
    color: var(--quiet);
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
  }
  .notice {
    margin: 0 0 1.25rem;
    padding: 0.75rem 1rem;
    color: var(--notice-ink);
    background: var(--notice);
    border: 1px solid var(--notice-line);
    border-radius: 8px;
  }
  .card {
    overflow-x: auto;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 10px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.75rem 1rem;
    text-align: left;
    vertical-align: top;
    border-top: 1px solid var(--line);
  }
  thead th {
    border-top: 0;
    font-size: 0.8rem;
    font-weight: 600;
    color: var(--quiet);
    white-space: nowrap;
  }
  tbody th {
    min-width: 15rem;
    font-weight: 600;
  }
  td,
  small {
    font-variant-numeric: tabular-nums;
  }
  small {
    display: block;
    font-size: 0.82rem;
    font-weight: 400;
    color: var(--quiet);
  }
  .number {
    text-align: right;
  }
  .whole {
    white-space: nowrap;
  }
  .run {
    min-width: 16rem;
    max-width: 20rem;
    overflow-wrap: anywhere;
  }
  svg.bar {
    display: block;
    width: 9rem;
    height: 8px;
    margin: 0.35rem 0 0.3rem;
    border-radius: 4px;
  }
  .bar .high {
    fill: var(--high);
  }
  .bar .medium {
    fill: var(--medium);
  }
  .bar .low {
    fill: var(--low);
  }
  progress {
    display: block;
    width: 9rem;
    height: 8px;
    margin: 0.35rem 0 0.3rem;
    accent-color: var(--accent);
  }
  .status {
    font-weight: 600;
  }
  .failed {
    color: var(--high);
  }
  .active {
    color: var(--accent);
  }
  code,
  pre {
    font:
      0.88rem/1.5 ui-monospace,
      monospace;
  }
  pre {
    margin: 0;
    padding: 0.9rem 1rem;
    overflow-x: auto;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 10px;
  }
  .sign-in {
    display: grid;
    gap: 0.75rem;
    max-width: 30rem;
    padding: 1.25rem;
  }
  .sign-in p {
    margin: 0;
    font-size: 0.82rem;
    color: var(--quiet);
  }
  input {
    padding: 0.5rem 0.75rem;
    font: inherit;
    color: inherit;
    background: var(--ground);
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  button {
    padding: 0.5rem 1rem;
    font: inherit;
    font-weight: 600;
    color: var(--card);
    background: var(--accent);
    border: 0;
    border-radius: 8px;
    cursor: pointer;
  }
  nav form {
    margin: 0;
  }
  nav button {
    padding: 0;
    font-weight: 400;
    color: var(--accent);
    text-decoration: underline;
    background: none;
  }
  :target {
    background: var(--notice);
  }
  /* On a narrow screen a row is a card, and its cells say what they are. */
  @media (max-width: 52rem) {
    thead {
      display: none;
    }
    tr,
    tbody th,
    td {
      display: block;
      border: 0;
    }
    tr {
      padding: 0.75rem 1rem;
    }
    tr + tr {
      border-top: 1px solid var(--line);
    }
    tbody th,
    td,
    .number,
    .run {
      min-width: 0;
      max-width: none;
      padding: 0 0 0.5rem;
      text-align: left;
    }
    td[data-label]::before {
      content: attr(data-label);
      display: block;
      font-size: 0.8rem;
      color: var(--quiet);
    }
  }
  .empty {
    padding: 2rem 1rem;
    text-align: center;
    color: var(--quiet);
  }
</style>`;
