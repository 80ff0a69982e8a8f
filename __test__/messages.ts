import type { Output, Running } from '../index.js'

/** `count` messages: '0', '1', '2' and so on. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index))
}

/** Everything that comes out, as text. */
export async function texts(output: Output): Promise<string[]> {
  const all: string[] = []
  for await (const batch of output.batches()) {
    for (const message of batch) all.push(message.toString())
  }
  return all
}

/** Pushes `messages`, closes the input, and gives everything that comes out, as text. */
export async function through(running: Running, messages: Iterable<Uint8Array | string>): Promise<string[]> {
  const [outputs] = await Promise.all([
    texts(running.output),
    running.input.pushBatch(messages).then(() => running.input.close()),
  ])
  return outputs
}
