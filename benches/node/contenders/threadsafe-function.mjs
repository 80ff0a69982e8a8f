// The naive addon: a native thread calls a JavaScript function for each message, with a Buffer, and takes the one it
// returns. `npm run bench` builds it, and says where it lies.

import { stageOf } from '../work.mjs'

export async function jsStage({ pieces, spellMs, sink, rounds, addon }) {
  const loaded = { exports: {} }
  process.dlopen(loaded, addon)
  const { messages, bytes, kept } = await loaded.exports.carry(pieces, spellMs, stageOf(rounds))
  if (kept) sink(kept)
  return { messages, bytes }
}
