import { expect, expectTypeOf, test } from 'vitest'
import {
  join,
  json,
  lines,
  pick,
  PipelineBuilder,
  validJson,
  where,
  type Json,
  type JsonPredicate,
  type NativeStage,
} from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const outputs = <In extends Buffer, Out extends Buffer>(
  stage: NativeStage<In, Out>,
  messages: string[],
): Promise<string[]> =>
  through(
    new PipelineBuilder()
      .addStage('stage', stage as unknown as NativeStage)
      .build()
      .start(),
    messages,
  )

test('lines, where, pick and join give what a loop of JSON.parse and JSON.stringify gives', async () => {
  const records = Array.from({ length: 5000 }, (_, n) => ({
    time: `2026-11-23T10:00:${String(n % 60).padStart(2, '0')}Z`,
    status: [200, 301, 404, 500, 503][n % 5]!,
    request: { path: `/item/${n}`, 'user "agent"': n % 3 === 0 ? null : 'curl/\u00e9' },
  }))
  const running = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage('failures', where({ '/status': { gte: 500 }, not: { '/request/path': { eq: '/item/3' } } }))
    .addStage('fields', pick({ at: '/time', path: '/request/path', agent: '/request/user "agent"' }))
    .addStage('join', join())
    .build()
    .start()
  const text = (await through(running, [records.map((record) => JSON.stringify(record) + '\n').join('')])).join('')
  const expected = records
    .filter(({ status, request }) => status >= 500 && request.path !== '/item/3')
    .map(({ time, request }) => JSON.stringify({ at: time, path: request.path, agent: request['user "agent"'] }) + '\n')
  expect(text).toBe(expected.join(''))
})

test('pick by a list of pointers names the fields by their last keys', async () => {
  expect(await outputs(pick(['/a/b', '/x~1y']), ['{"a":{"b":[1, 2]},"x/y":1.0}', '{}'])).toEqual([
    '{"b":[1, 2],"x/y":1.0}',
    '{}',
  ])
  expect(await outputs(pick(['/a'], { missing: 'null' }), ['[]'])).toEqual(['{"a":null}'])
})

test('where compares as JavaScript does', async () => {
  const values = ['1', '0.1', '"a"', '"\\u0061"', 'null', 'true', '[]', '"ab"', '1e400', '-0']
  const passing = (predicate: JsonPredicate): Promise<string[]> => outputs(where(predicate), values)
  for (const constant of [0.1, 'a', null, true, 0, 219930019.95516038]) {
    const same = values.filter((value) => JSON.parse(value) === constant)
    expect(await passing({ '': { eq: constant } })).toEqual(same)
    expect(await passing({ '': { ne: constant } })).toEqual(values.filter((value) => !same.includes(value)))
  }
  expect(await passing({ or: [{ '': { gt: 'a' } }, { '': { gt: 0.5 } }] })).toEqual(['1', '"ab"', '1e400'])
})

test('validJson counts levels and names the byte', async () => {
  expect(await outputs(validJson({ maxDepth: 2 }), ['[[1]]', ' {} '])).toEqual(['[[1]]', ' {} '])
  const running = new PipelineBuilder().addStage('valid', validJson()).build().start()
  await running.input.push('{"a":01}')
  const error = await refusalOf(running.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'valid', sequence: 0 })
  expect(error.message).toContain('at byte 6')
})

test('the types go along the chain, and a wrong predicate does not compile', () => {
  const picked = pick({ a: '/x', b: '/y/0' })
  expectTypeOf(picked).toEqualTypeOf<NativeStage<Buffer, Json<{ readonly a?: unknown; readonly b?: unknown }>>>()
  expectTypeOf(where<Json<{ a: 1 }>>({ '/a': { eq: 1 } })).toEqualTypeOf<NativeStage<Json<{ a: 1 }>, Json<{ a: 1 }>>>()
  new PipelineBuilder().addStage('pick', picked).addStage(
    'json',
    json((value: { readonly a?: unknown }) => value.a),
  )
  // @ts-expect-error a pointer begins with a slash
  const noPointer: JsonPredicate = { status: { gte: 500 } }
  // @ts-expect-error there is no such comparison
  const noComparison: JsonPredicate = { '/status': { atLeast: 500 } }
  // @ts-expect-error null is in no order
  const noOrder: JsonPredicate = { '/status': { gte: null } }
  expect([noPointer, noComparison, noOrder]).toHaveLength(3)
})
