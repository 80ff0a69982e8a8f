import { expect, expectTypeOf, test } from 'vitest'
import {
  extractJson,
  json,
  lines,
  PipelineBuilder,
  replace,
  type FieldValue,
  type Json,
  type NativeStage,
  type PipelineBuilder as Builder,
} from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const outputs = (stage: NativeStage, messages: (string | Uint8Array)[]): Promise<string[]> =>
  through(new PipelineBuilder().addStage('stage', stage).build().start(), messages)

const request = /^(?<ip>\S+) "(?<method>\S+) (?<path>[^"]*)" (?<status>\d+)(?: (?<ms>[\d.]+))?$/
const types = { status: 'number', ms: 'number' } as const

test('extractJson makes an object of the named groups, with types', async () => {
  const log = ['::1 "GET /a" 200 0.5', 'noise', '::2 "PUT /\\b" 404']
  expect(await outputs(extractJson(request, { types }), log)).toEqual([
    '{"ip":"::1","method":"GET","path":"/a","status":200,"ms":0.5}',
    String.raw`{"ip":"::2","method":"PUT","path":"/\\b","status":404}`,
  ])
  const [first] = await outputs(extractJson(request, { types, missing: 'null' }), ['::1 "GET /" 200'])
  expect(JSON.parse(first!)).toEqual({ ip: '::1', method: 'GET', path: '/', status: 200, ms: null })
})

test('extractJson gives a stage behind it what JavaScript finds', async () => {
  const log = Array.from({ length: 1000 }, (_, n) => `10.0.0.${n % 256} "GET /ä/${n}" ${200 + (n % 300)} ${n}.25`)
  const running = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage(
      'requests',
      extractJson<{ ip: string; method: string; path: string; status: number; ms: number }>(request, { types }),
    )
    .addStage(
      'slow',
      json(({ ip, path, status, ms }) => ({ ip, path, status, ms })),
    )
    .build()
    .start()
  const expected = log.map((line) => {
    const { ip, path, status, ms } = request.exec(line)!.groups!
    return { ip, path, status: Number(status), ms: Number(ms) }
  })
  const found = await through(running, [log.join('\n')])
  expect(found.map((text) => JSON.parse(text) as unknown)).toEqual(expected)
})

test('extractJson fails at a group that is not of its type, and where told at a message without a match', async () => {
  const failing: [stage: NativeStage, message: string, text: string][] = [
    [extractJson('(?<n>.+)', { types: { n: 'number' } }), 'one', 'group `n` at byte 0 is no number: `one`'],
    [extractJson('(?<n>1)', { onNoMatch: 'reject' }), '2', 'the pattern does not match `2`'],
  ]
  for (const [stage, message, text] of failing) {
    const running = new PipelineBuilder().addStage('stage', stage).build().start()
    await running.input.push(message)
    const error = await refusalOf(running.wait())
    expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'stage', sequence: 0 })
    expect(error.message).toContain(text)
  }
})

test('replace puts groups and text in the place of all matches, or of the first', async () => {
  const messages = ['ada@home.org and eve@web.org', 'nobody']
  const pattern = /(?<user>\w+)@(\w+)\.org/
  expect(await outputs(replace(pattern, '$user at $2 ($$)'), messages)).toEqual([
    'ada at home ($) and eve at web ($)',
    'nobody',
  ])
  expect(await outputs(replace(pattern, '..', { all: false }), messages)).toEqual(['.. and eve@web.org', 'nobody'])
})

test.each<[stage: () => NativeStage, text: string]>([
  [() => extractJson('(a)'), 'extractJson: option `pattern`: has no named group'],
  [() => extractJson('(?<a>.)', { types: { b: 'number' } }), 'no group `b`; its groups are `a`'],
  [() => extractJson('(?<a>.)', { missing: 'none' as never }), 'unknown variant `none`'],
  [() => extractJson('(?<a>.)', { onNoMatch: 'fail' as never }), 'unknown variant `fail`'],
  [() => extractJson('(?<a>.)', { types: [] as never }), 'Expected types to be an object of types by name'],
  [() => extractJson('(?<a>.)', { types: { a: 'int' as never } }), "Expected types.a to be 'string', 'number' or"],
  [() => replace('(a)', '$2'), 'replace: option `replacement`: the pattern has no group `2`'],
  [() => replace('a', 7 as never), 'Expected replacement to be a string but received a number (7)'],
  [() => replace('a', 'b', { all: 1 as never }), 'Expected all to be true or false but received a number (1)'],
  [() => extractJson(7 as never), 'Expected pattern to be a string or a RegExp but received a number (7)'],
])('what cannot be is refused: %s', async (stage, text) => {
  const error = await refusalOf(() => new PipelineBuilder().addStage('stage', stage()).build())
  expect(error.code).toBe('INVALID_OPTION')
  expect(error.message).toContain(text)
})

test('the type of the object goes along the chain', () => {
  const builder = new PipelineBuilder()
  expectTypeOf(builder.addStage('any', extractJson('(?<a>.)'))).toEqualTypeOf<
    Builder<Json<Record<string, FieldValue>>>
  >()
  expectTypeOf(builder.addStage('a', extractJson<{ a: number }>('(?<a>.)'))).toEqualTypeOf<
    Builder<Json<{ a: number }>>
  >()
})
