// The types in a CommonJS module of TypeScript, which may `require` an ES module under `nodenext`.

import streamPipeline = require('@stream-pipeline/node')

export const builder: streamPipeline.PipelineBuilder = new streamPipeline.PipelineBuilder()

// @ts-expect-error -- types are there: were they `any`, this line would compile.
builder.addStage('number', () => 42)
