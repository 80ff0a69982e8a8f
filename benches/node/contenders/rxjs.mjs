// RxJS. Everything happens in one call, before `subscribe` returns: nothing waits, and nothing else runs meanwhile.

import { filter, from, lastValueFrom, map, mergeMap, tap } from 'rxjs'
import { LineJoiner, LineSplitter } from '../lines.mjs'
import { stageOf } from '../work.mjs'

function* all(next) {
  for (let piece = next(); piece !== undefined; piece = next()) yield piece
}

export async function jsStage({ next, sink, rounds }) {
  const splitter = new LineSplitter()
  const joiner = new LineJoiner(sink)
  const linesOf = (chunk) => {
    const lines = []
    splitter.split(chunk, (line) => lines.push(line))
    return lines
  }
  const carried = from(all(next)).pipe(
    mergeMap(linesOf),
    map(stageOf(rounds)),
    filter((message) => message !== null),
    tap((line) => joiner.add(line)),
  )
  await lastValueFrom(carried, { defaultValue: undefined })
  splitter.end((line) => joiner.add(line))
  joiner.end()
}

export async function threeStages({ next, sinkMessages }) {
  const carried = from(all(next)).pipe(
    mergeMap((batch) => batch),
    map(stageOf(0)),
    map(stageOf(0)),
    map(stageOf(0)),
    tap((message) => sinkMessages([message])),
  )
  await lastValueFrom(carried, { defaultValue: undefined })
}
