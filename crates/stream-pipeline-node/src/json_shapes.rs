//! JSON documents of repeating shape, read for JavaScript: which shapes there are is known to the stages' crate.

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;
use stream_pipeline_stages::{JsonShapeValue, JsonShapes};

use crate::region::Region;

/// What is known of the shapes of one stage's documents.
#[napi]
pub struct NativeJsonShapes {
    shapes: JsonShapes,
    /// Bytes between two documents of a region.
    gap: usize,
}

#[napi]
impl NativeJsonShapes {
    /// For regions with `gap` bytes between documents.
    #[napi(constructor)]
    pub fn new(gap: u32) -> Self {
        Self { shapes: JsonShapes::new(), gap: gap as usize }
    }

    /// Reads the documents of a region that end at `ends`, from `first` to before `end`; the first of them begins at
    /// `origin`. Returns how many have a known shape, and fills `table` as `JsonShapes::scan` says.
    #[napi]
    pub fn scan(
        &mut self,
        bytes: Uint8ArraySlice<'_>,
        ends: &[u32],
        first: u32,
        end: u32,
        origin: u32,
        table: Uint32ArraySlice<'_>,
    ) -> u32 {
        let Some(ends) = ends.get(first as usize..end as usize) else { return 0 };
        let origin = origin as usize;
        let mut start = origin;
        let documents = ends.iter().map(|&end| {
            let document = start..end as usize;
            start = end as usize + self.gap;
            document
        });
        let mut region = Region::new(bytes, table);
        let (bytes, table) = region.memory();
        self.shapes.scan(bytes, documents, origin, table) as u32
    }

    /// The text at the start of the documents of a shape, then `string`, `number` or `boolean` for what comes behind it,
    /// then the text that follows, and so on; `null` if that shape is not held any more.
    #[napi]
    pub fn parts(&self, number: u32) -> Option<Vec<String>> {
        let mut parts = Vec::new();
        for (value, text) in self.shapes.parts(number)? {
            let kind = value.map(|value| match value {
                JsonShapeValue::String => "string",
                JsonShapeValue::Number => "number",
                JsonShapeValue::Bool => "boolean",
            });
            parts.extend(kind.map(str::to_owned));
            parts.push(String::from_utf8_lossy(text).into_owned());
        }
        Some(parts)
    }
}
