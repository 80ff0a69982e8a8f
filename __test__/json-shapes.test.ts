// Documents of repeating shape are not parsed one by one. What becomes of them must not show it.

import { isDeepStrictEqual } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { json, PipelineBuilder } from '../index.js'
import { damagedDocument, oddDocument, plainDocument, randomFrom, type Random } from './documents.js'
import { through } from './messages.js'

const COUNT = 20_000

afterEach(() => vi.unstubAllGlobals())

/** Counts the values made by functions that were compiled for a shape. */
function countMade(): { made: number } {
  const counted = { made: 0 }
  const Compiler = globalThis.Function
  const compiling = (...source: string[]): unknown => {
    const make = Compiler(...source) as (...given: unknown[]) => unknown
    return (...given: unknown[]) => {
      counted.made++
      return make(...given)
    }
  }
  vi.stubGlobal('Function', function (...source: string[]) {
    return compiling(...source)
  })
  return counted
}

/** What `JSON.parse` makes of each document by itself, or says of it. */
function alone(documents: readonly string[]): unknown[] {
  return documents.map((document) => {
    try {
      return JSON.parse(Buffer.from(document).toString()) as unknown
    } catch (error) {
      return (error as SyntaxError).message
    }
  })
}

/** The same of a `json` stage. */
async function staged(documents: readonly string[]): Promise<unknown[]> {
  const values: unknown[] = []
  const stage = json<unknown, never>(
    (value) => {
      values.push(value)
      return null
    },
    {
      onInvalid: (error) => {
        values.push(error.message)
        return null
      },
    },
  )
  await through(new PipelineBuilder().addStage('read', stage).build().start(), documents)
  return values
}

async function expectAsAlone(documents: readonly string[]): Promise<void> {
  const values = await staged(documents)
  expect(values.length).toBe(documents.length)
  const expected = alone(documents)
  const differing = documents.filter((_, index) => {
    const [value, other] = [values[index], expected[index]]
    // The first does not look at the order of keys, the second sees no -0.
    return !isDeepStrictEqual(value, other) || JSON.stringify(value) !== JSON.stringify(other)
  })
  expect(differing).toEqual([])
}

/** `make` in one of `oneIn` places, and plain documents in all others. */
function documents(seed: number, oneIn: number, make: (random: Random, shape: number) => string): string[] {
  const random = randomFrom(seed)
  return Array.from({ length: COUNT }, (_, index) =>
    random(oneIn) === 0 ? make(random, random(4)) : plainDocument(random, index),
  )
}

test('documents of few shapes are made, not parsed, and are what JSON.parse makes of them', async () => {
  const counted = countMade()
  await expectAsAlone(documents(1, 1000, plainDocument))
  // All but the first of each shape.
  expect(counted.made).toBeGreaterThan(0.9 * COUNT)
})

test('so are those between documents that have no shape', async () => {
  const counted = countMade()
  await expectAsAlone(documents(2, 4, oddDocument))
  expect(counted.made).toBeGreaterThan(0.5 * COUNT)
})

test('so are those between texts that are nearly documents; of these, JSON.parse says what is wrong', async () => {
  const counted = countMade()
  await expectAsAlone(documents(3, 4, damagedDocument))
  expect(counted.made).toBeGreaterThan(0.5 * COUNT)
})

test('shapes that never come again are left to JSON.parse', async () => {
  const counted = countMade()
  await expectAsAlone(Array.from({ length: COUNT }, (_, index) => `{"k${index}":${index},"n":"${index}"}`))
  expect(counted.made).toBe(0)
})

test('values are new ones each time', async () => {
  const values = await staged(Array.from({ length: 1000 }, () => '{"list":[],"in":{},"some":[1]}'))
  expect(new Set(values).size).toBe(1000)
  const inner = (values as { list: unknown; in: unknown; some: unknown }[]).flatMap((value) => Object.values(value))
  expect(new Set(inner).size).toBe(3000)
})

test('where no code may be compiled, everything is parsed', async () => {
  const compiling = vi.fn(function () {
    throw new EvalError('Code generation from strings disallowed for this context')
  })
  vi.stubGlobal('Function', compiling)
  await expectAsAlone(documents(4, 4, damagedDocument))
  expect(compiling).toHaveBeenCalled()
})
