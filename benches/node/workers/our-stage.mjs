// Our stage in a worker.

import { stageOf } from '../work.mjs'

let stage

export function init({ rounds }) {
  stage = stageOf(rounds)
}

export default (message) => stage(message)
