import { expect, test } from 'vitest'
import { gzip, lines, passthrough, PipelineBuilder, type EdgeOptions } from '../index.js'
import { refusalOf } from './refusal.js'

const one = (options?: EdgeOptions): PipelineBuilder => new PipelineBuilder().addStage('one', passthrough(), options)

/** What is refused, by what code, in the name of which stage, and what the text says. */
const refusals: [what: string, attempt: () => unknown, code: string, stage: string | undefined, text: RegExp][] = [
  ['no stages', () => new PipelineBuilder().build(), 'NO_STAGES', undefined, /at least one stage/],
  [
    'an empty name',
    () => one().addStage('', passthrough()).build(),
    'EMPTY_NAME',
    undefined,
    /stage 2 of 2 .* give it one/,
  ],
  ['a name with NUL', () => one().addStage('a\0b', passthrough()).build(), 'INVALID_NAME', 'a\0b', /without NUL/],
  [
    'a long name',
    () => one().addStage('x'.repeat(129), passthrough()).build(),
    'INVALID_NAME',
    'x'.repeat(129),
    /at most 128/,
  ],
  [
    'a repeated name',
    () => one().addStage('one', lines()).build(),
    'DUPLICATE_NAME',
    'one',
    /two stages are called `one`; give each/,
  ],
  [
    'the name of the output',
    () => one().addStage('output', lines()).build(),
    'INVALID_NAME',
    'output',
    /call the stage something else/,
  ],
  ['capacity 0', () => one({ capacity: 0 }).build(), 'INVALID_CAPACITY', 'one', /holds 1 to 1048576 messages, not 0/],
  ['a huge capacity', () => one({ capacity: 1_048_577 }).build(), 'INVALID_CAPACITY', 'one', /not 1048577/],
  [
    'an output of capacity 0',
    () => one().withOutputEdge({ capacity: 0 }).build(),
    'INVALID_CAPACITY',
    'output',
    /not 0/,
  ],
  [
    'marks that coincide',
    () => one({ marks: { high: 0.5, low: 0.5 } }).build(),
    'INVALID_MARKS',
    'one',
    /defaults are 0.8 and 0.4/,
  ],
  [
    'marks beyond 1',
    () => one().withBackpressure({ high: 1.5, low: 0.5 }).build(),
    'INVALID_MARKS',
    'one',
    /0 < low < high <= 1/,
  ],
  ['marks that are no numbers', () => one({ marks: { high: NaN, low: 0.5 } }).build(), 'INVALID_MARKS', 'one', /NaN/],
  [
    'a small budget',
    () => one({ byteBudget: 1000 }).build(),
    'INVALID_BYTE_BUDGET',
    'one',
    /below the longest message/,
  ],
  [
    'a small budget for all',
    () => one().withByteBudget(1).build(),
    'INVALID_BYTE_BUDGET',
    'one',
    /raise the one or lower the other/,
  ],
  ['messages of 0 bytes', () => one().withMaxMessageBytes(0).build(), 'INVALID_MESSAGE_LIMIT', undefined, /1 to/],
  [
    'messages beyond 64 MiB',
    () => one().withMaxMessageBytes(2 ** 26 + 1),
    'INVALID_OPTION',
    undefined,
    /at most 67108864/,
  ],
  [
    'an unknown policy',
    () => one({ policy: 'wait' as 'block' }).build(),
    'INVALID_OPTION',
    'one',
    /`wait`: expected `block`, `drop-oldest`/,
  ],
  [
    'a bad option of a native stage',
    () => new PipelineBuilder().addStage('zip', gzip({ level: 10 })).build(),
    'INVALID_OPTION',
    'zip',
    /10 is not a level; choose one of 0/,
  ],
]

test.each(refusals)('%s is refused, with code, stage and remedy', async (_what, attempt, code, stage, text) => {
  const error = await refusalOf(attempt)
  expect([error.code, error.stage]).toEqual([code, stage])
  expect(error.message).toMatch(text)
})
