import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A child that takes longer has hung. */
const HANG_MS = 30_000

/** How a child ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a test may do to a child that runs. */
export interface ChildOptions {
  readonly args?: readonly string[]
  readonly execArgv?: readonly string[]
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Called for each line it prints. */
  readonly onLine?: (line: string, child: ChildProcess) => void
}

/** Runs `fixtures/<fixture>` in a process of its own. Rejects with what it has said, if it does not end. */
export function runChild(
  fixture: string,
  { args = [], execArgv = [], env = {}, onLine }: ChildOptions = {},
): Promise<Ending> {
  const script = fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))
  const child = spawn(process.execPath, [...execArgv, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let [stdout, stderr, line] = ['', '', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    const lines = (line + text).split('\n')
    line = lines.pop() ?? ''
    for (const whole of lines) onLine?.(whole, child)
  })
  return new Promise((resolve, reject) => {
    const hang = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${fixture} ${args.join(' ')} hung; it said:\n${stdout}\n${stderr}`))
    }, HANG_MS)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(hang)
      resolve({ code, signal, stdout: stdout.trim(), stderr: stderr.trim() })
    })
  })
}
