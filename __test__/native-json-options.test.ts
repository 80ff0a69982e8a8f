import { expect, test } from 'vitest'
import { pick, PipelineBuilder, validJson, where, type JsonPredicate } from '../index.js'
import { refusalOf } from './refusal.js'

const nested = (levels: number): JsonPredicate => (levels === 0 ? { '/a': { eq: 1 } } : { not: nested(levels - 1) })

test.each<[what: string, stage: unknown, text: RegExp]>([
  ['a pointer that is none', pick({ a: '/~' }), /pick: option `fields`: `\/~` is no JSON pointer; write `~` as `~0`/],
  ['no field', pick([]), /there is none; name at least one/],
  ['a name twice', pick(['/a/x', '/b/x']), /`x` is there twice/],
  ['a predicate that asks nothing', where({}), /where: option `predicate`: a part of it asks nothing/],
  ['a pointer without a comparison', where({ '/a': {} }), /an object without a comparison/],
  ['a key that is no pointer', where({ a: {} } as never), /`a` is neither a JSON pointer nor `and`, `or` or `not`/],
  ['an unknown comparison', where({ '/a': { like: 'x' } } as never), /unknown field `like`/],
  ['33 levels', where(nested(33)), /more than 32 levels of and, or and not/],
  ['too many constants', where({ '/a': { in: Array<number>(1025).fill(1) } }), /more than 1024 constants/],
  ['too deep', validJson({ maxDepth: 1_000_001 }), /validJson: option `maxDepth`: 1000001 levels are too many/],
])('%s is refused with INVALID_OPTION, naming the stage', async (_what, stage, text) => {
  const builder = new PipelineBuilder().addStage('culprit', stage as ReturnType<typeof validJson>)
  const error = await refusalOf(() => builder.build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'culprit' })
  expect(error.message).toMatch(text)
})

const endless: JsonPredicate = {}
endless.not = endless

test.each<[text: string, attempt: () => unknown]>([
  [
    "Expected predicate['/a']['eq'] to be a finite number but received a number (NaN)",
    () => where({ '/a': { eq: NaN } }),
  ],
  [
    "Expected predicate['/a']['in'][1] to be a string, number, boolean or null",
    () => where({ '/a': { in: [1, 2n as never] } }),
  ],
  ["Expected predicate['/a']['lt'] to be a plain object or array", () => where({ '/a': { lt: new Date() as never } })],
  ['of at most 100 levels', () => where(endless)],
  ['Expected fields to be an object or array of JSON pointers', () => pick(null as never)],
  ["Expected a pointer to be one that begins with '/'", () => pick(['a' as never])],
  ['Expected a field to be a JSON pointer', () => pick({ a: 1 as never })],
  ["Expected missing to be 'leaveOut' or 'null'", () => pick(['/a'], { missing: 'no' as never })],
  ['Expected maxDepth to be a whole number', () => validJson({ maxDepth: -1 })],
  ['Expected maxBytes to be a whole number', () => validJson({ maxBytes: 0.5 })],
])('what JSON would not carry is refused at once: %s', async (text, attempt) => {
  const error = await refusalOf(attempt)
  expect(error).toMatchObject({ code: 'INVALID_OPTION' })
  expect(error.message).toContain(text)
})
