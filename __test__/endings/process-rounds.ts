// Endings of a process: each round has one of its own.

import { setTimeout as delay } from 'node:timers/promises'

import type { Cell, Draw } from './matrix.js'
import { complaints, testimony, type RoundResult } from './result.js'
import { watched } from './watched.js'

/** Runs one round: starts the process, lets it come to its state and its end, and looks at what is left. */
export async function processRound(
  node: string,
  { ending, state }: Cell,
  draw: Draw,
  copy: string,
): Promise<RoundResult> {
  const { round, variant, delayMs } = draw
  let readyMs: number | undefined
  const ended = await watched({
    node,
    program: 'process.mjs',
    order: { ending: ending.name, variant: variant.name, state, delayMs, copy },
    onLine: (line, child) => {
      if (line !== 'ready') return
      readyMs = performance.now()
      if (ending.name === 'SIGTERM') void delay(delayMs).then(() => child.kill('SIGTERM'))
    },
  })
  const ms = performance.now() - (readyMs ?? 0) - delayMs
  const found = complaints(draw, ended, ended.stderr)
  if (readyMs === undefined) found.push('it never was ready')
  if (ended.hang !== undefined) found.push('it hung')
  if (ended.leftBehind) found.push('it left processes behind')
  const failure = found.length === 0 ? undefined : [...found, testimony(ended)].join('\n')
  return { round, variant: variant.name, ms, failure }
}
