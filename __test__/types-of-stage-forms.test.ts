import { expect, expectTypeOf, test } from 'vitest'
import {
  batch,
  bytes,
  filter,
  json,
  lines,
  passthrough,
  PipelineBuilder,
  utf8,
  view,
  worker,
  type Json,
  type Output,
  type Running,
  type ScriptStage,
  type StageFunction,
} from '../index.js'

// What is checked here, the compiler checks; the calls that must not compile are in a function that nobody calls.

interface Order {
  readonly id: number
  readonly lines: readonly { readonly sku: string; readonly price: number }[]
}

test('the type of a JSON value goes from stage to stage, and out', () => {
  const builder = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage(
      'orders',
      json((order: Order) => (order.lines.length > 0 ? order : null)),
    )
    .addStage('kept', filter(/sku/))
    .addStage('handed on', passthrough())
    .addStage(
      'prices',
      json(function* (order) {
        expectTypeOf(order).toEqualTypeOf<Order>()
        for (const { price } of order.lines) yield { price }
      }),
    )
    .addStage(
      'async',
      json(
        async ({ price }) => {
          expectTypeOf(price).toEqualTypeOf<number>()
          return Promise.resolve(price)
        },
        { concurrency: 4 },
      ),
    )
  expectTypeOf(builder).toEqualTypeOf<PipelineBuilder<Json<number>>>()
})

test('what comes out has the type of what the last stage gives', () => {
  expectTypeOf<Running<Json<number>>['output']>().toEqualTypeOf<Output<Json<number>>>()
})

test('what a document holds is unknown until somebody says so', () => {
  new PipelineBuilder().addStage(
    'first',
    json((value) => {
      expectTypeOf(value).toEqualTypeOf<unknown>()
      return value
    }),
  )
})

test('bytes, text, views and batches have their types inferred', () => {
  new PipelineBuilder()
    .addStage(
      'bytes',
      bytes((message) => {
        expectTypeOf(message).toEqualTypeOf<Buffer>()
        return message
      }),
    )
    .addStage(
      'text',
      utf8((text) => {
        expectTypeOf(text).toEqualTypeOf<string>()
        return text
      }),
    )
    .addStage(
      'view',
      view((message) => {
        expectTypeOf(message).toEqualTypeOf<Buffer>()
        return message.subarray(1)
      }),
    )
    .addStage(
      'batch',
      batch((messages, emit) => {
        expectTypeOf(messages.offsets).toEqualTypeOf<Uint32Array>()
        emit(0, messages.length)
        emit('text')
      }),
    )
    .addStage(
      'async',
      bytes(
        async (message, { signal }) => {
          expectTypeOf(message).toEqualTypeOf<Buffer>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
          return Promise.resolve(message)
        },
        { concurrency: 2 },
      ),
    )
})

test('a worker has the types of the stage that its module exports', () => {
  const score = json((order: Order) => ({ id: order.id, total: 0 }))
  expectTypeOf(score).toExtend<ScriptStage<Json<Order>>>()
  const builder = new PipelineBuilder().addStage('score', worker<typeof score>(new URL('file:///score.js'))).addStage(
    'after',
    json((value) => {
      expectTypeOf(value).toEqualTypeOf<{ id: number; total: number }>()
      return value.total
    }),
  )
  expectTypeOf(builder).toEqualTypeOf<PipelineBuilder<Json<number>>>()
})

function mustNotCompile(builder: PipelineBuilder): void {
  const orders = builder.addStage(
    'orders',
    json((order: Order) => order),
  )
  const textStage = json((text: string) => text)
  // @ts-expect-error the stage before gives orders, not text
  orders.addStage('text', textStage)
  orders.addStage(
    'field',
    // @ts-expect-error an order has no such field
    json((order) => String(order.address)),
  )
  const numbers = worker<StageFunction<Json<number>>>(new URL('file:///score.js'))
  // @ts-expect-error a worker that takes something else
  orders.addStage('worker', numbers)
  // @ts-expect-error an async function has to say how many calls at once
  bytes(async (message: Buffer) => Promise.resolve(message))
  // @ts-expect-error the same for values
  json(async (value: Order) => Promise.resolve(value), { ordered: false })
  // @ts-expect-error a function of its own is not async either
  builder.addStage('async', async (message) => Promise.resolve(message))
  batch((messages, emit) => {
    // @ts-expect-error a value is no output of a batch
    emit({ bytes: messages.bytes })
  })
  // @ts-expect-error a number is no message
  utf8((text) => text.length)
  // @ts-expect-error nor in a view
  view((message) => message.length)
  // @ts-expect-error a worker's module is named by a URL
  worker('./score.js')
}

test('chains that do not fit do not compile', () => {
  expect(mustNotCompile).toBeTypeOf('function')
})
