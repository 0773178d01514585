import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What is to be done should this process end now. */
const left = new Set<() => void>();

function tidy(): void {
  for (const one of left) one();
  left.clear();
}

/** The status that a shell gives what ended by a signal: 130 after SIGINT. */
const leave = (signal: NodeJS.Signals): void => process.exit(128 + constants.signals[signal]);

/**
 * Does something when this process ends, however it does, but for SIGKILL. Gives what takes that back. Signals are listened to only
 * while there is something to do: whoever measures in a loop hears nobody, and is to be ended by them all the same.
 */
function atEnd(todo: () => void): () => void {
  if (left.size === 0) {
    process.once('exit', tidy);
    for (const signal of SIGNALS) process.once(signal, leave);
  }
  left.add(todo);
  return () => {
    left.delete(todo);
    if (left.size > 0) return;
    process.off('exit', tidy);
    for (const signal of SIGNALS) process.off(signal, leave);
  };
}

/** Forks a process that is ended with this one. Its script must call {@link endWithParent}: who is killed ends nobody. */
export function forkKept(script: string, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  const child = fork(script, args, options);
  const done = atEnd(() => child.kill());
  child.once('exit', done);
  child.once('error', done);
  return child;
}

/** In a process that was forked: ends it when who forked it is gone, or when it disconnects because it is done. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit(0));
}

/** Lends a temporary folder and removes it afterwards, also when this process is interrupted. */
export async function withFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `tributary-${name}-`));
  const done = atEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    done();
  }
}
