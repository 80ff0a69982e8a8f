// Workers with messages of their own, from which nothing comes or goes: what no stage in workers can be better than.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const WORKER = new URL('../workers/bare.mjs', import.meta.url)

export async function open({ threads, rounds }) {
  const workers = Array.from({ length: threads }, () => new Worker(WORKER, { workerData: { rounds } }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const carry = async ({ spellMs, pieces, sinkMessages }) => {
    if (spellMs === undefined) return pieces.forEach(sinkMessages)
    const answers = workers.map(async (worker) => {
      worker.postMessage({ spellMs })
      const [answer] = await once(worker, 'message')
      return answer
    })
    const sum = (name) => (total, answer) => total + answer[name]
    const done = await Promise.all(answers)
    return { messages: done.reduce(sum('messages'), 0), bytes: done.reduce(sum('bytes'), 0) }
  }
  return { carry, close: () => Promise.all(workers.map((worker) => worker.terminate())) }
}
