// Endings of a worker, a user's or one of a stage: many rounds in one process, which has to survive them.

import type { Cell, Draw } from './matrix.js'
import { complaints, remains, testimony, type Left, type RoundResult } from './result.js'
import { watched } from './watched.js'

/** What the parent prints for a round. */
interface Line {
  readonly round: number
  readonly code: number
  readonly said: string
  readonly ms: number
  readonly left: Left
}

/** Runs the rounds; where a parent dies, that is the round's failure, and another parent goes on behind it. */
export async function workerRounds(
  node: string,
  cell: Cell,
  draws: readonly Draw[],
  copy: string,
  onRound: (result: RoundResult) => void,
): Promise<void> {
  let rest = draws
  while (rest.length > 0) {
    const lines: Line[] = []
    const ended = await watched({
      node,
      program: cell.ending.of === 'worker' ? 'parent.mjs' : 'stage-workers.mjs',
      order: {
        ending: cell.ending.name,
        state: cell.state,
        draws: rest.map(({ round, variant, delayMs }) => ({ round, variant: variant.name, delayMs })),
        copy,
      },
      onLine: (text) => {
        const line = JSON.parse(text) as Line
        const draw = rest[lines.length]
        lines.push(line)
        if (draw !== undefined) onRound(judge(draw, line))
      },
    })
    const fatal = rest[lines.length]
    if (fatal !== undefined) {
      const failure = `the parent did not survive\n${testimony(ended)}`
      onRound({ round: fatal.round, variant: fatal.variant.name, ms: 0, failure })
    } else if (ended.code !== 0 || ended.stderr !== '' || ended.leftBehind) {
      const last = draws.at(-1)!
      const failure = `the parent did not end well behind its last round\n${testimony(ended)}`
      onRound({ round: last.round, variant: last.variant.name, ms: 0, failure })
    }
    rest = rest.slice(lines.length + 1)
  }
}

function judge(draw: Draw, { round, code, said, ms, left }: Line): RoundResult {
  const found = [...complaints(draw, { code, signal: null }, said), ...remains(left)]
  return { round, variant: draw.variant.name, ms, failure: found.length === 0 ? undefined : found.join('\n') }
}
