// Workers and postMessage, a message at a time, at most WINDOW under way. Each is copied on both ways.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const WINDOW = 1024

const WORKER = new URL('../workers/echo.mjs', import.meta.url)

/** Messages out of batches, one by one. */
function singly(next) {
  let batch = []
  let position = 0
  return () => {
    if (position === batch.length) {
      batch = next() ?? []
      position = 0
    }
    return batch[position++]
  }
}

/** Gives pieces to workers in turns, and takes the answers in the same order. */
export async function inTurns(workers, window, nextPiece, take) {
  const answers = workers.map(() => [])
  let sent = 0
  let taken = 0
  let ended = false
  await new Promise((resolve) => {
    const send = () => {
      while (!ended && sent - taken < window) {
        const piece = nextPiece()
        if (piece === undefined) ended = true
        else workers[sent++ % workers.length].postMessage(piece)
      }
      if (ended && sent === taken) resolve()
    }
    workers.forEach((worker, index) => {
      worker.removeAllListeners('message')
      worker.on('message', (answer) => {
        answers[index].push(answer)
        while (answers[taken % workers.length].length > 0) take(answers[taken++ % workers.length].shift())
        send()
      })
    })
    send()
  })
}

export async function start({ threads, rounds }) {
  const workers = Array.from({ length: threads }, () => new Worker(WORKER, { workerData: { rounds } }))
  await Promise.all(workers.map((worker) => once(worker, 'online')))
  return { workers, close: () => Promise.all(workers.map((worker) => worker.terminate())) }
}

export async function open(settings) {
  const { workers, close } = await start(settings)
  const carry = ({ next, sinkMessages }) => inTurns(workers, WINDOW, singly(next), (message) => sinkMessages([message]))
  return { carry, close }
}
