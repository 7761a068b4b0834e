import { execFileSync } from 'node:child_process';

export interface ChildOf {
  pid: number;
  command: string;
}

/** The children of a process, by the system's own list. */
export function childrenOf(parent: number): ChildOf[] {
  const output = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' });
  return output
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((match) =>
      match && Number(match[2]) === parent ? [{ pid: Number(match[1]), command: match[3]! }] : [],
    );
}
