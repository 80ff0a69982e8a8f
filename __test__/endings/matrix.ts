// What is tried: each ending in each state, and what it has to come to.
//
// Invariant: what happens in a round follows from the seed, the cell's name and the round's number, and from nothing else.

import { createHash } from 'node:crypto'

/** How a process or a worker came to its end. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One of the places or manners in which an ending comes about. */
export interface Variant {
  readonly name: string
  /** One of these it has to come to. */
  readonly outcomes: readonly Outcome[]
  /** What stands in stderr, or in the worker's error; nothing, unless given. */
  readonly says?: string
  /** In these states only. */
  readonly states?: readonly string[]
}

export interface Ending {
  readonly name: string
  /**
   * Who ends: a process for each round; a worker whose parent lives on; a worker thread of a stage whose pipeline lives on;
   * or the pipelines alone.
   */
  readonly of: 'process' | 'worker' | 'stage-worker' | 'pipelines'
  readonly states: readonly string[]
  readonly variants: readonly Variant[]
}

/** An ending in a state. */
export interface Cell {
  readonly ending: Ending
  readonly state: string
}

/** What is different from round to round. */
export interface Draw {
  readonly round: number
  readonly variant: Variant
  /** How long the state lasts before the end comes. */
  readonly delayMs: number
}

/** States of the pipelines; `two-copies`: two of them, of a package that is loaded from two paths. */
const STATES = ['idle', 'full', 'busy', 'worker-busy', 'two-copies'] as const

const MAX_DELAY_MS = 12

const code = (value: number): Outcome => ({ code: value, signal: null })
const variant = (name: string, outcome: Outcome, more: Partial<Variant> = {}): Variant => ({
  name,
  outcomes: [outcome],
  ...more,
})
const inStage = { states: ['busy'] }
const onPurpose = { says: 'on purpose' }

export const ENDINGS: readonly Ending[] = [
  {
    name: 'natural-end',
    of: 'process',
    states: STATES,
    variants: [variant('let-go', code(3)), variant('waited', code(3)), variant('disposed', code(3))],
  },
  {
    name: 'process.exit',
    of: 'process',
    states: STATES,
    variants: [
      ...['timer', 'microtask', 'listener-before-abort', 'listener-after-abort'].map((name) => variant(name, code(7))),
      variant('stage', code(7), inStage),
    ],
  },
  {
    name: 'uncaught-exception',
    of: 'process',
    states: STATES,
    variants: ['timer', 'microtask', 'listener-before-abort', 'listener-after-abort'].map((name) =>
      variant(name, code(1), onPurpose),
    ),
  },
  {
    name: 'unhandled-rejection',
    of: 'process',
    states: STATES,
    variants: [
      variant('timer', code(1), onPurpose),
      variant('stage', code(1), { ...onPurpose, ...inStage }),
      variant('push-after-close', code(1), { says: 'CLOSED' }),
    ],
  },
  {
    name: 'SIGTERM',
    of: 'process',
    states: STATES,
    variants: [
      variant('unhandled', { code: null, signal: 'SIGTERM' }),
      variant('handler-drains', code(143)),
      variant('handler-exits', code(143)),
    ],
  },
  {
    name: 'worker.terminate',
    of: 'worker',
    states: STATES,
    variants: [
      variant('at-work', code(1)),
      // 0 if it had not begun.
      { name: 'while-loading', outcomes: [code(1), code(0)] },
      // Whichever is first.
      { name: 'while-exiting', outcomes: [code(1), code(5)] },
    ],
  },
  {
    name: 'worker-exit',
    of: 'worker',
    states: STATES,
    variants: [
      ...['timer', 'microtask', 'listener-before-abort', 'listener-after-abort'].map((name) => variant(name, code(5))),
      variant('stage', code(5), inStage),
    ],
  },
  {
    name: 'worker-throw',
    of: 'worker',
    states: STATES,
    variants: [
      ...['timer', 'microtask', 'listener-before-abort', 'listener-after-abort'].map((name) =>
        variant(name, code(1), onPurpose),
      ),
      variant('rejection', code(1), onPurpose),
    ],
  },
  { name: 'worker-end', of: 'worker', states: STATES, variants: [variant('let-go', code(0))] },
  {
    name: 'stage-worker',
    of: 'stage-worker',
    states: ['idle', 'worker-busy'],
    variants: [
      variant('exit', code(0), { says: 'STAGE_FAILED javascript: ' }),
      variant('throw', code(0), { says: 'STAGE_FAILED javascript: outside of the stage, on purpose' }),
      variant('terminate', code(0), { says: 'STAGE_FAILED javascript: ' }),
    ],
  },
  {
    name: 'forgotten',
    of: 'pipelines',
    states: ['in-main', 'in-workers'],
    variants: [variant('collected', code(0))],
  },
]

/** The cells whose `ending/state` one of `patterns` means; either side may be left out. All, for none. */
export function cells(patterns: readonly string[]): readonly Cell[] {
  const all = ENDINGS.flatMap((ending) => ending.states.map((state) => ({ ending, state })))
  const matches = (pattern: string, { ending, state }: Cell): boolean => {
    const [wantedEnding = '', wantedState = ''] = pattern.split('/')
    return ['', ending.name].includes(wantedEnding) && ['', state].includes(wantedState)
  }
  const nothing = patterns.find((pattern) => !all.some((cell) => matches(pattern, cell)))
  if (nothing !== undefined) {
    const names = all.map(nameOf).join(' ')
    throw new Error(`no cell is called ${nothing}; there are: ${names}`)
  }
  return all.filter((cell) => patterns.length === 0 || patterns.some((pattern) => matches(pattern, cell)))
}

export function nameOf({ ending, state }: Cell): string {
  return `${ending.name}/${state}`
}

/** The rounds of a cell. Its variants come up in turn; with which of them it begins, the seed says. */
export function draws(cell: Cell, seed: number, rounds: number): readonly Draw[] {
  const variants = cell.ending.variants.filter(({ states }) => states?.includes(cell.state) ?? true)
  const random = (what: string): number => {
    const digest = createHash('sha256')
      .update(`${seed} ${nameOf(cell)} ${what}`)
      .digest()
    return digest.readUInt32LE(0) / 2 ** 32
  }
  const first = Math.floor(variants.length * random('first'))
  return Array.from({ length: rounds }, (_, round) => ({
    round,
    variant: variants[(first + round) % variants.length]!,
    // Squared: half of them within the first quarter, where most is still under way.
    delayMs: MAX_DELAY_MS * random(String(round)) ** 2,
  }))
}
