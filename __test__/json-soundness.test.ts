import { expect, test } from 'vitest'
import { json, PipelineBuilder } from '../index.js'
import { through } from './messages.js'

/** Documents, parts of documents, and what could pass for a whole when others stand beside it. */
const PARTS = [
  ...['1', '1,2', '[3', '4]', '[', ']', '{', '}', '{}', '{"a":1', '"b":2}', '"', '"a', 'b"', '\\', '"\\', '', ' ', ','],
  ...[
    'null',
    'nul',
    'true',
    '-',
    '1e',
    '[1,2]',
    '{"a":[]}',
    '","',
    '",',
    ',"',
    '],[',
    '}{',
    '\u2028',
    '\ufeff1',
    '"\ud800"',
  ],
  ...['0x1', '01', '1 2', '/**/1', "'a'", 'NaN', '\u0000', '"\u0001"', '[1,]', '{"__proto__":1}'],
]

/** What each message is by itself. */
function alone(message: string): string {
  const text = Buffer.from(message).toString()
  try {
    return JSON.stringify({ value: JSON.parse(text) as unknown })
  } catch {
    return JSON.stringify({ invalid: text })
  }
}

function start(): ReturnType<ReturnType<PipelineBuilder['build']>['start']> {
  const stage = json<unknown, unknown>((value) => ({ value }), {
    onInvalid: (error, message) => {
      expect(error).toBeInstanceOf(SyntaxError)
      return { invalid: message.toString() }
    },
  })
  return new PipelineBuilder().addStage('read', stage).build().start()
}

test('a message is read as if it were alone, whatever stands beside it', async () => {
  const triples = PARTS.flatMap((first) => PARTS.flatMap((second) => [first, second, '1']))
  expect(await through(start(), triples)).toEqual(triples.map(alone))
})

test('so is each of a great many, when one of them is no document', async () => {
  for (const place of [0, 1, 255, 256, 257, 999]) {
    const documents = Array.from({ length: 1000 }, (_, n) => (n === place ? '1,2' : `{"n":${n}}`))
    expect(await through(start(), documents)).toEqual(documents.map(alone))
  }
})

test('without onInvalid, a message that is no document fails the stage at its place, and no other', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'read',
      json((value) => value),
    )
    .build()
    .start()
  const delivered: string[] = []
  const taken = (async () => {
    for await (const message of running.output) delivered.push(message.toString())
  })()
  running.input.pushBatch(['0', '1', '[2', '3]', '4']).catch(() => undefined)
  await expect(taken).rejects.toMatchObject({
    code: 'STAGE_FAILED',
    stage: 'read',
    sequence: 2,
    cause: expect.any(SyntaxError) as SyntaxError,
  })
  expect(delivered).toEqual(['0', '1'])
})
