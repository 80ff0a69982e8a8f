// A child process under a watchdog.
//
// Invariant: when the promise settles, the process has gone, and so has everything in its process group.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { diagnose } from './diagnosis.js'
import type { Outcome } from './matrix.js'

/** A child that says nothing for so long has hung: the slowest round takes a second on a busy machine. */
const HANG_MS = 30_000

/** What a child is, and what is done about what it says. */
export interface Child {
  /** The Node that runs it. */
  readonly node: string
  /** In `programs/`. */
  readonly program: string
  /** Handed over as JSON. */
  readonly order: unknown
  readonly execArgv?: readonly string[]
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Called for each line it prints. */
  readonly onLine: (line: string, child: ChildProcess) => void
}

/** How a child ended. */
export interface Ended extends Outcome {
  readonly stdout: string
  readonly stderr: string
  /** What it was doing when the watchdog killed it; `undefined` if it ended by itself. */
  readonly hang: string | undefined
  /** Whether processes of its group were left behind; they have been killed. */
  readonly leftBehind: boolean
}

/** Runs a program until it ends. */
export async function watched({ node, program, order, execArgv = [], env, onLine }: Child): Promise<Ended> {
  const script = fileURLToPath(new URL(`programs/${program}`, import.meta.url))
  const child = spawn(node, [...execArgv, script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    // A process group of its own: what it leaves behind can be found.
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${node} did not start`, { cause: await once(child, 'error') })
  const closed = new Promise<Outcome>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  let [stdout, stderr] = ['', '']
  let hang: string | undefined
  const bark = (): void => {
    hang = diagnose(pid)
    child.kill('SIGKILL')
  }
  const watchdog = setTimeout(bark, HANG_MS)
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  createInterface(child.stdout).on('line', (line) => {
    stdout += `${line}\n`
    watchdog.refresh()
    onLine(line, child)
  })
  try {
    const outcome = await closed
    return { ...outcome, stdout, stderr: stderr.trim(), hang, leftBehind: killGroup(pid) }
  } finally {
    clearTimeout(watchdog)
  }
}

/** Kills what is left of a process group; `false` if nothing is. */
function killGroup(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
