import { expect, test } from 'vitest'
import { lines, passthrough, PipelineBuilder, type DeadLetter, type Running, type StageOptions } from '../index.js'
import { texts } from './messages.js'
import { refusalOf } from './refusal.js'

/** Lines of three bytes at most. */
function shortLines(options: StageOptions): Running {
  return new PipelineBuilder()
    .addStage('lines', lines({ maxLineBytes: 3 }), options)
    .addStage('behind', passthrough())
    .build()
    .start()
}

async function lettersOf({ deadLetters }: Running): Promise<DeadLetter[]> {
  const all: DeadLetter[] = []
  for await (const letter of deadLetters) all.push(letter)
  return all
}

test("'fail', said or not, ends the pipeline at the first bad message", async () => {
  for (const options of [{}, { onError: 'fail' }] as const) {
    const running = shortLines(options)
    await running.input.push('a\ntoo long\n')
    expect(await refusalOf(running.wait())).toMatchObject({ code: 'STAGE_FAILED', stage: 'lines', sequence: 0 })
  }
})

test("'skip' counts bad messages, and the others go on", async () => {
  const running = shortLines({ onError: 'skip' })
  const outputs = texts(running.output)
  await running.input.pushBatch(['a\ntoo long\n', 'b\nlong, too', '\nc\n'])
  const { ledger, stages } = await running.wait()
  expect(await outputs).toEqual(['a', 'b', 'c'])
  expect(ledger).toMatchObject({ skipped: 2, deadLettered: 0, failed: 0, balance: 0 })
  expect(stages[0]).toMatchObject({ name: 'lines', skipped: 2, inHand: 0 })
  expect(stages[1]).toMatchObject({ name: 'behind', skipped: 0 })
})

test("'dead-letter' gives bad messages out in order, with stage, place and reason", async () => {
  const running = shortLines({ onError: 'dead-letter' })
  const [outputs, letters] = [texts(running.output), lettersOf(running)]
  await running.input.pushBatch(['a\ntoo long\n', 'b\n', 'long, too\nc\n'])
  const { ledger, stages } = await running.wait()
  expect(await outputs).toEqual(['a', 'b', 'c'])
  const reason = expect.stringContaining('longer than max_line_bytes (3 bytes)') as string
  expect(await letters).toEqual([
    { stage: 'lines', sequence: 0, attempts: 1, code: 'STAGE_FAILED', reason, message: Buffer.from('too') },
    { stage: 'lines', sequence: 2, attempts: 1, code: 'STAGE_FAILED', reason, message: Buffer.from('lon') },
  ])
  expect(ledger).toMatchObject({ skipped: 0, deadLettered: 2, failed: 0, balance: 0 })
  expect(stages[0]).toMatchObject({ name: 'lines', deadLettered: 2, inHand: 0 })
})

test('two stages with the policy share the dead letters', async () => {
  const running = new PipelineBuilder()
    .addStage('outer', lines({ maxLineBytes: 5 }), { onError: 'dead-letter' })
    .addStage('inner', lines({ maxLineBytes: 3 }), { onError: 'dead-letter' })
    .build()
    .start()
  const letters = lettersOf(running)
  await running.input.push('123456\n1234\n')
  await running.wait()
  expect((await letters).map(({ stage, message }) => `${stage} ${message.toString()}`).sort()).toEqual([
    'inner 123',
    'outer 12345',
  ])
})

test('a policy that there is not is refused', async () => {
  const plan = (onError: never) => () => new PipelineBuilder().addStage('a', lines(), { onError }).build()
  const unknown = await refusalOf(plan('retry' as never))
  expect(unknown).toMatchObject({ code: 'INVALID_OPTION', stage: 'a' })
  expect(unknown.message).toContain('`fail`, `skip` or `dead-letter`')
  expect(await refusalOf(plan(1 as never))).toMatchObject({ code: 'INVALID_OPTION' })
})
