// Pipelines that are forgotten, many rounds in one process: no thread and no file is left after any of them, and memory
// is level over all.

import type { Cell, Draw } from './matrix.js'
import { complaints, testimony, type RoundResult } from './result.js'
import { watched } from './watched.js'

/** Fewer rounds than this say nothing about memory: heaps grow to their size first. */
const ROUNDS_FOR_SLOPE = 45

/** Growth per round that is a leak. A round forgets thirty pipelines, and each holds more than that. */
const LEAK_MIB_PER_ROUND = 0.5

/** So that what the allocator keeps for later is not taken for a leak: one arena, and large blocks go back at once. */
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' }

interface Line {
  readonly ms: number
  readonly left: { readonly threads: string[]; readonly files: string[] }
  readonly rssMiB: number
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
    const found: string[] = []
    if (line === undefined) {
      found.push('this round was not reached')
    } else {
      if (line.left.threads.length > 0) found.push(`threads left: ${line.left.threads.join(', ')}`)
      if (line.left.files.length > 0) found.push(`files left: ${line.left.files.join(', ')}`)
    }
    if (index === draws.length - 1) {
      found.push(...complaints(draw, ended, ended.stderr), ...leak(lines.map(({ rssMiB }) => rssMiB)))
    }
    const failure = found.length === 0 ? undefined : [...found, testimony(ended)].join('\n')
    return { round: draw.round, variant: draw.variant.name, ms: line?.ms ?? 0, failure }
  })
}

/** The median of the last third against that of the one before: what a round adds for good. */
function leak(rssMiB: readonly number[]): string[] {
  if (rssMiB.length < ROUNDS_FOR_SLOPE) return []
  const third = Math.floor(rssMiB.length / 3)
  const [before, last] = [rssMiB.slice(third, 2 * third), rssMiB.slice(-third)].map((part) => median(part))
  const perRound = (last! - before!) / third
  if (perRound < LEAK_MIB_PER_ROUND) return []
  const all = rssMiB.map((mib) => mib.toFixed(1)).join(' ')
  return [`resident memory grew by ${perRound.toFixed(2)} MiB a round: ${all}`]
}

/** The middle one; `NaN` of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
