#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod byte_chunk;
mod chunk;
mod extract;
mod extract_json;
mod file;
mod filter;
mod framing;
mod generator;
mod gunzip;
mod gzip;
mod invalid_option;
mod json;
mod json_shape;
mod json_text;
mod milliseconds;
mod output_cap;
mod pattern;
mod plan;
mod rate_limit;
mod replace;
mod replacement;
mod sample;
mod simple_form;
mod token_bucket;
mod window;

pub use chunk::{Chunk, ChunkOptions};
pub use extract::{CaptureGroup, Extract, ExtractOptions};
pub use extract_json::{ExtractJson, ExtractJsonOptions, MissingGroup, NoMatch};
pub use file::{FileMode, Files, FilesOptions, SyncPolicy, ToFile, ToFileOptions};
pub use filter::{Filter, FilterOptions};
pub use framing::{
    Delimited, DelimitedOptions, Endian, Join, JoinOptions, JsonArray, LengthPrefixed, LengthPrefixedOptions, Lines,
    LinesOptions, WithLengthPrefix, WithLengthPrefixOptions,
};
pub use generator::{Generator, GeneratorOptions};
pub use gunzip::{Gunzip, GunzipOptions};
pub use gzip::{Gzip, GzipOptions};
pub use invalid_option::InvalidOption;
pub use json::{Comparison, MissingField, Pick, PickOptions, Predicate, Scalar, ValidJson, ValidJsonOptions, Where};
pub use json_shape::{JsonShapes, Value as JsonShapeValue};
pub use json_text::ValueType;
pub use pattern::PATTERN_LIMIT_BYTES;
pub use plan::{source_of_plan, stage_of_plan};
pub use rate_limit::{RateLimit, RateLimitOptions, RateUnit};
pub use replace::{Replace, ReplaceOptions};
pub use sample::Sample;
pub use window::{Aggregate, LateMessages, TimeUnit, Window, WindowOptions};
