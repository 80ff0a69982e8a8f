import type { Duplex } from 'node:stream'
import { expect, expectTypeOf, test } from 'vitest'
import {
  type ERROR_CODES,
  gzip,
  lines,
  PipelineBuilder,
  type ErrorCode,
  type Metrics,
  type NativeStage,
  type Pipeline,
  type PipelineError,
  type Running,
} from '../index.js'

// What is checked here, the compiler checks; the calls that must not compile are in a function that nobody calls.

test('the message of a stage is a Buffer, inferred, wherever the stage stands', () => {
  const pipeline = new PipelineBuilder()
    .addStage('first', (message) => {
      expectTypeOf(message).toEqualTypeOf<Buffer>()
      return message
    })
    .addStage('lines', lines())
    .addStage('after a native one', (message) => {
      expectTypeOf(message).toEqualTypeOf<Buffer>()
      return message.toString()
    })
    .addStage('after one that gives text', function* (message) {
      expectTypeOf(message).toEqualTypeOf<Buffer>()
      yield message
    })
    .addStage('gzip', gzip())
    .build()
  expectTypeOf(pipeline).toEqualTypeOf<Pipeline>()
})

test('what comes out is a Buffer, or an array of them', () => {
  expectTypeOf<Running['output']>().toExtend<AsyncIterable<Buffer>>()
  expectTypeOf<ReturnType<Running['output']['batches']>>().toExtend<AsyncIterable<Buffer[]>>()
  expectTypeOf<Running['wait']>().returns.resolves.toEqualTypeOf<Metrics>()
  expectTypeOf<Running['completed']>().resolves.toEqualTypeOf<Metrics>()
  expectTypeOf<Running['toNode']>().returns.toEqualTypeOf<Duplex>()
  expectTypeOf<Running['input']['pushFrom']>().returns.resolves.toBeNumber()
  expectTypeOf<Running>().toExtend<AsyncDisposable>()
})

test('codes are a union of words', () => {
  expectTypeOf<PipelineError['code']>().toEqualTypeOf<ErrorCode>()
  expectTypeOf<ErrorCode>().toEqualTypeOf<(typeof ERROR_CODES)[number]>()
  expectTypeOf<'STAGE_FAILED'>().toExtend<ErrorCode>()
  expectTypeOf<string>().not.toExtend<ErrorCode>()
  expectTypeOf<Metrics['stages'][number]['state']>().toEqualTypeOf<
    'idle' | 'busy' | 'backpressured' | 'ended' | 'failed' | 'aborted'
  >()
})

function mustNotCompile(builder: PipelineBuilder, running: Running): AsyncIterable<string> {
  // @ts-expect-error a number is no message
  builder.addStage('number', () => 42)
  // @ts-expect-error a stage function is not async
  builder.addStage('promise', async (message) => message)
  // @ts-expect-error its outputs are messages
  builder.addStage('numbers', () => [42])
  // @ts-expect-error it takes a Buffer
  builder.addStage('text', (message: string) => message)
  // @ts-expect-error neither does a native stage that takes something else
  builder.addStage('rows', {} as NativeStage<{ row: number }>)
  // @ts-expect-error nor one that stands behind another that gives something else
  builder.addStage('rows', {} as NativeStage<Buffer, { row: number }>).addStage('lines', lines())
  // @ts-expect-error policies are four words
  builder.addStage('policy', lines(), { policy: 'wait' })
  // @ts-expect-error marks come in pairs
  builder.withBackpressure({ high: 0.8 })
  // @ts-expect-error a drain has a deadline
  void running.drain()
  // @ts-expect-error messages are bytes or text
  void running.input.push(42)
  // @ts-expect-error outputs are Buffers
  return running.output
}

test('chains that do not fit do not compile', () => {
  expect(mustNotCompile).toBeTypeOf('function')
})
