//! Built-in stages as data: a kind, and options as a JSON object.
//!
//! Invariants: what a plan can say, a constructor can, and the other way round; an option that is left out has the
//! constructor's default, one that is not known is refused.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use stream_pipeline::{PassthroughStage, Source, Stage};

use crate::chunk::ChunkOptions;
use crate::extract::ExtractPlan;
use crate::extract_json::ExtractJsonPlan;
use crate::file::{FilesOptions, ToFileOptions};
use crate::filter::FilterPlan;
use crate::framing::{
    DelimitedOptions, JoinOptions, JsonArrayPlan, LengthPrefixedOptions, LinesOptions, WithLengthPrefixOptions,
};
use crate::generator::GeneratorOptions;
use crate::gunzip::GunzipOptions;
use crate::gzip::GzipOptions;
use crate::invalid_option::InvalidOption;
use crate::json::{PickOptions, ValidJsonOptions, WherePlan};
use crate::rate_limit::RateLimitPlan;
use crate::replace::ReplacePlan;
use crate::sample::SamplePlan;
use crate::window::WindowOptions;

/// Options that make a stage.
pub(crate) trait Plan: DeserializeOwned {
    /// The stage; refuses what its constructor refuses.
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption>;
}

/// Options that make a source.
pub(crate) trait SourcePlan: DeserializeOwned {
    /// The source; refuses what its constructor refuses.
    fn source(self) -> Result<Box<dyn Source>, InvalidOption>;
}

/// Makes the built-in stage that a plan describes: `kind` is what the stage calls itself, `options` a JSON object with
/// its options in camelCase, bytes as an array of numbers. This is how other languages, and files, name a stage.
///
/// Refuses an unknown kind, an unknown option, and what the stage's constructor refuses.
///
/// ```
/// use stream_pipeline_stages::stage_of_plan;
/// let mut lines = stage_of_plan("lines", r#"{ "maxLineBytes": 80 }"#)?;
/// assert_eq!(lines.process(b"a\nb\n".to_vec())?, [b"a", b"b"]);
///
/// let refused = stage_of_plan("lines", r#"{ "maxBytes": 80 }"#).err().unwrap();
/// assert!(refused.to_string().contains("unknown field `maxBytes`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn stage_of_plan(kind: &str, options: &str) -> Result<Box<dyn Stage>, InvalidOption> {
    match kind {
        "passthrough" => read::<NoOptions>("passthrough", options),
        "lines" => read::<LinesOptions>("lines", options),
        "join" => read::<JoinOptions>("join", options),
        "delimited" => read::<DelimitedOptions>("delimited", options),
        "jsonArray" => read::<JsonArrayPlan>("jsonArray", options),
        "lengthPrefixed" => read::<LengthPrefixedOptions>("lengthPrefixed", options),
        "withLengthPrefix" => read::<WithLengthPrefixOptions>("withLengthPrefix", options),
        "filter" => read::<FilterPlan>("filter", options),
        "extract" => read::<ExtractPlan>("extract", options),
        "extractJson" => read::<ExtractJsonPlan>("extractJson", options),
        "replace" => read::<ReplacePlan>("replace", options),
        "gzip" => read::<GzipOptions>("gzip", options),
        "gunzip" => read::<GunzipOptions>("gunzip", options),
        "toFile" => read::<ToFileOptions>("toFile", options),
        "chunk" => read::<ChunkOptions>("chunk", options),
        "rateLimit" => read::<RateLimitPlan>("rateLimit", options),
        "sample" => read::<SamplePlan>("sample", options),
        "pick" => read::<PickOptions>("pick", options),
        "where" => read::<WherePlan>("where", options),
        "validJson" => read::<ValidJsonOptions>("validJson", options),
        "window" => read::<WindowOptions>("window", options),
        other => {
            let text = format!("there is no built-in stage `{other}`; see the crate's table of stages");
            Err(InvalidOption::new("plan", "kind", text))
        }
    }
}

/// Makes the built-in source that a plan describes, as [`stage_of_plan`] makes a stage.
///
/// ```
/// use stream_pipeline_stages::source_of_plan;
/// let refused = source_of_plan("files", r#"{ "paths": [] }"#).err().unwrap();
/// assert!(refused.to_string().contains("give at least one"));
/// ```
pub fn source_of_plan(kind: &str, options: &str) -> Result<Box<dyn Source>, InvalidOption> {
    match kind {
        "files" => parse::<FilesOptions>("files", options)?.source(),
        "generate" => parse::<GeneratorOptions>("generate", options)?.source(),
        other => {
            let text = format!("there is no built-in source `{other}`; see the crate's table of sources");
            Err(InvalidOption::new("plan", "kind", text))
        }
    }
}

fn read<P: Plan>(kind: &'static str, options: &str) -> Result<Box<dyn Stage>, InvalidOption> {
    parse::<P>(kind, options)?.stage()
}

fn parse<P: DeserializeOwned>(kind: &'static str, options: &str) -> Result<P, InvalidOption> {
    serde_json::from_str::<P>(options)
        .map_err(|error| InvalidOption::new(kind, "options", format!("{error}; correct the plan")))
}

/// Of a stage that has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoOptions {}

impl Plan for NoOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(PassthroughStage))
    }
}
