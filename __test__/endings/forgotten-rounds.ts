// Pipelines that are forgotten, many rounds in one process: no thread and no file is left after any of them, and memory
// is level over all.

import type { Cell, Draw } from './matrix.js'
import { complaints, remains, testimony, type Left, type RoundResult } from './result.js'
import { watched } from './watched.js'

/** So that what the allocator keeps for later is not taken for a leak: one arena, and large blocks go back at once. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' }

interface Line {
  readonly ms: number
  readonly left: Left
}

export async function forgottenRounds(node: string, { state }: Cell, draws: readonly Draw[]): Promise<RoundResult[]> {
  const lines: Line[] = []
  const ended = await watched({
    node,
    program: 'forgotten.mjs',
    execArgv: ['--expose-gc'],
    env: ALLOCATOR,
    order: { state, rounds: draws.length },
    onLine: (text) => lines.push(JSON.parse(text) as Line),
  })
  return draws.map((draw, index) => {
    const line = lines[index]
    const found = line === undefined ? ['this round was not reached'] : remains(line.left)
    if (index === draws.length - 1) {
      // Rounds beyond those that were wanted are there to tell a leak from a step.
      found.push(...lines.slice(draws.length).flatMap(({ left }) => remains(left)))
      found.push(...complaints(draw, ended, ended.stderr))
      if (ended.hang !== undefined) found.push('it hung')
      if (ended.leftBehind) found.push('it left processes behind')
    }
    const failure = found.length === 0 ? undefined : [...found, testimony(ended)].join('\n')
    return { round: draw.round, variant: draw.variant.name, ms: line?.ms ?? 0, failure }
  })
}

/** The middle one; `NaN` of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
