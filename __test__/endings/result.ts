// What came of a round.

import type { Draw, Outcome } from './matrix.js'
import type { Ended } from './watched.js'

export interface RoundResult {
  readonly round: number
  readonly variant: string
  /** From the ending to the end. */
  readonly ms: number
  /** What was wrong, and what is known about it; `undefined` if nothing was. */
  readonly failure: string | undefined
}

/** Threads and files beyond those there were before. */
export interface Left {
  readonly threads: readonly string[]
  readonly files: readonly string[]
}

/** A line for each kind of what is left; empty if nothing is. */
export function remains({ threads, files }: Left): string[] {
  return Object.entries({ threads, files }).flatMap(([kind, names]) =>
    names.length > 0 ? [`${kind} left: ${names.join(', ')}`] : [],
  )
}

/** What is wrong with how a round ended, a line for each; empty if nothing is. */
export function complaints({ variant }: Draw, outcome: Outcome, said: string): string[] {
  const found: string[] = []
  if (!variant.outcomes.some(({ code, signal }) => code === outcome.code && signal === outcome.signal)) {
    const expected = variant.outcomes.map((one) => show(one)).join(' or ')
    found.push(`ended with ${show(outcome)} instead of ${expected}`)
  }
  if (variant.says === undefined ? said !== '' : !said.includes(variant.says)) {
    found.push(`said ${JSON.stringify(said)}` + (variant.says === undefined ? '' : ` without "${variant.says}"`))
  }
  return found
}

/** Everything there is to say about a process that did not end as it should. */
export function testimony({ code, signal, stdout, stderr, hang }: Ended): string {
  const parts = [`process: ${show({ code, signal })}`, `stdout: ${stdout}`, `stderr: ${stderr}`]
  if (hang !== undefined) parts.push(`it hung; its threads:\n${hang}`)
  return parts.join('\n')
}

function show({ code, signal }: Outcome): string {
  return signal ?? `code ${String(code)}`
}
