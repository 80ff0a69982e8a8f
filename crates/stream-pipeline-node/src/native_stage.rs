//! A description of a built-in stage becomes the stage.
//!
//! Invariant: what an option means, and which values it takes, is decided by the stage.

use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;
use stream_pipeline::{ErrorCode, PassthroughStage, Stage};
use stream_pipeline_stages::{
    CaptureGroup, Extract, ExtractOptions, Filter, FilterOptions, Gzip, GzipOptions, Join, JoinOptions, Lines,
    LinesOptions,
};

use crate::failure::Failure;

/// A built-in stage and its options; those that are left out have the stage's defaults.
#[napi(object, object_to_js = false)]
pub struct NativeStage {
    /// `passthrough`, `lines`, `join`, `filter`, `extract` or `gzip`.
    pub kind: String,
    /// `filter`, `extract`: the regular expression.
    pub pattern: Option<String>,
    /// `filter`: keep what does not match.
    pub invert: Option<bool>,
    /// `extract`: the group, by index or name.
    pub group: Option<Either<f64, String>>,
    /// `lines`: the longest line, in bytes.
    pub max_line_bytes: Option<f64>,
    /// `join`: what stands between the messages, or after each.
    pub separator: Option<Uint8Array>,
    /// `join`: whether the separator stands after the last message too.
    pub trailing: Option<bool>,
    /// `join`: the size of the messages it makes, in bytes.
    pub chunk_bytes: Option<f64>,
    /// `gzip`: 0 to 9.
    pub level: Option<f64>,
    /// `gzip`: whether what was compressed so far can be read at any time.
    pub sync_flush: Option<bool>,
}

impl NativeStage {
    /// The stage, for the place called `name`.
    pub(crate) fn make(self, name: &str) -> Result<Box<dyn Stage>, Failure> {
        let refused = |invalid| Failure::of_stage(ErrorCode::InvalidOption, name, invalid);
        Ok(match self.kind.as_str() {
            "passthrough" => Box::new(PassthroughStage),
            "lines" => {
                let defaults = LinesOptions::default();
                Box::new(Lines::new(LinesOptions {
                    max_line_bytes: self.max_line_bytes.map_or(defaults.max_line_bytes, |bytes| bytes as usize),
                }))
            }
            "join" => {
                let defaults = JoinOptions::default();
                Box::new(Join::new(JoinOptions {
                    separator: self.separator.map_or(defaults.separator, |separator| separator.to_vec()),
                    trailing: self.trailing.unwrap_or(defaults.trailing),
                    chunk_bytes: self.chunk_bytes.map_or(defaults.chunk_bytes, |bytes| bytes as usize),
                }))
            }
            "filter" => {
                let options = FilterOptions { invert: self.invert.unwrap_or_default() };
                Box::new(Filter::new(&self.pattern.unwrap_or_default(), options).map_err(refused)?)
            }
            "extract" => {
                let group = self.group.map(|group| match group {
                    Either::A(index) => CaptureGroup::Index(index as usize),
                    Either::B(name) => CaptureGroup::Name(name),
                });
                Box::new(Extract::new(&self.pattern.unwrap_or_default(), ExtractOptions { group }).map_err(refused)?)
            }
            "gzip" => {
                let defaults = GzipOptions::default();
                let level = self.level.map_or(defaults.level, |level| level as u32);
                let sync_flush = self.sync_flush.unwrap_or(defaults.sync_flush);
                Box::new(Gzip::new(GzipOptions { level, sync_flush }).map_err(refused)?)
            }
            other => {
                let text = format!("there is no built-in stage `{other}`");
                return Err(Failure::of_stage(ErrorCode::InvalidOption, name, text));
            }
        })
    }
}
